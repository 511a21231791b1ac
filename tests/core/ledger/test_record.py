"""The life of one request in the books."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import Interrupted, NotPermitted, UpstreamFailed, UpstreamTimeout
from core.contract.events import AttemptNote, AudioStart, Outcome
from core.contract.usage import Basis, Usage
from core.ledger.store import heartbeat
from core.models import Attempt, Budget, UsageRecord
from tests.core.ledger.conftest import ALL, PER_CHARACTER, begin, call, deliver, record, run, standing, target


def test_entry_completed_is_settled(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    receipt = run(call(grant(budget)))
    kept = record(receipt.id)
    assert (receipt.cost, receipt.basis, receipt.outcome) == (
        Decimal("0.1"),
        Basis.COMPUTED,
        Outcome.COMPLETED,
    )
    assert (kept.state, kept.cost, kept.computed_cost, kept.reported_cost) == (
        "settled",
        Decimal("0.1"),
        Decimal("0.1"),
        None,
    )
    assert (kept.user, kept.team, kept.provider, kept.status) == (alice, alice.team, "first", 200)
    assert kept.units["text_in.character"] == 10
    assert kept.budgets == [budget.id]
    assert kept.process == heartbeat.token()
    assert standing(budget) == (Decimal("0.1"), 0)


def test_entry_is_durable_before_anything_leaves(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    entry = begin(grant(budget))
    assert UsageRecord.objects.count() == 0
    assert run(entry.open(target(PER_CHARACTER))) == 1
    assert record(entry.id).state == "open"
    assert list(Attempt.objects.values_list("record", "number", "state")) == [(entry.id, 1, "open")]
    assert standing(budget) == (0, Decimal("0.1"))


def test_entry_copies_the_price_it_was_made_with(grant):
    receipt = run(call(grant()))
    price = {"id": 7, "name": "text_in.character", "usd_per_unit": "0.01"}
    assert Attempt.objects.get(record=receipt.id).prices == [price]


def test_entry_settled_twice_changes_nothing(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def twice():
        entry = begin(grant(budget))
        await entry.open(target(PER_CHARACTER))
        await deliver(entry)
        write = await asyncio.gather(
            entry.settle(Outcome.STOPPED, None), entry.settle(Outcome.COMPLETED, None)
        )
        again = await entry.writer.submit(entry.settlement(write[0], entry_bill(entry), None))
        return write, again

    (first, second), again = run(twice())
    assert first == second
    assert again is False
    assert record(first.id).outcome == "stopped"
    assert standing(budget) == (Decimal("0.1"), 0)


def entry_bill(entry):
    return entry.attempts[0].bill


def test_entry_never_opened_leaves_no_row(grant):
    entry = begin(grant())
    receipt = run(entry.settle(Outcome.FAILED, None))
    assert (receipt.id, receipt.cost, receipt.attempts) == (entry.id, Decimal(0), ())
    assert UsageRecord.objects.count() == 0


def test_entry_that_delivered_nothing_is_released(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def silent():
        entry = begin(grant(budget))
        await entry.open(target(PER_CHARACTER))
        entry.first_event()
        entry.note(AudioStart(AudioFormat.MP3, 24_000))
        error = UpstreamTimeout("It fell silent.")
        await entry.close(Outcome.FAILED, usage=None, error=error)
        return await entry.settle(entry.failed(error), error)

    receipt = run(silent())
    kept = record(receipt.id)
    assert (kept.state, kept.cost, kept.outcome) == ("released", 0, "failed")
    assert (kept.status, kept.error) == (504, "upstream_timeout")
    assert standing(budget) == (0, 0)


def test_entry_cut_short_owes_the_whole_text(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def cut():
        entry = begin(grant(budget))
        await entry.open(target(PER_CHARACTER))
        await deliver(entry, 10)
        error = UpstreamFailed("It broke off.")
        await entry.close(Outcome.PARTIAL, usage=None, error=error)
        return await entry.settle(entry.failed(error), error)

    receipt = run(cut())
    assert (receipt.outcome, receipt.cost, receipt.basis) == (
        Outcome.PARTIAL,
        Decimal("0.1"),
        Basis.ESTIMATED,
    )
    assert record(receipt.id).state == "estimated"
    assert standing(budget) == (Decimal("0.1"), 0)


def test_entry_with_fallback_keeps_both_attempts(grant):
    first, second = target(PER_CHARACTER), target(PER_CHARACTER, provider="second")

    async def fall_back():
        entry = begin(grant(), first, second)
        await entry.open(first)
        await entry.close(Outcome.FAILED, usage=None, error=UpstreamFailed("Not today: top secret text"))
        await entry.open(second)
        await deliver(entry)
        await entry.close(Outcome.COMPLETED, usage=ALL, error=None)
        return await entry.settle(Outcome.COMPLETED, None)

    receipt = run(fall_back())
    rows = list(
        Attempt.objects.order_by("number").values_list("number", "provider", "state", "cost", "reason")
    )
    assert rows == [
        (1, "first", "released", 0, "upstream_failed"),
        (2, "second", "settled", Decimal("0.1"), ""),
    ]
    assert (receipt.provider, receipt.cost) == ("second", Decimal("0.1"))
    assert receipt.attempts[0] == AttemptNote(
        1,
        "first",
        "tts-1",
        Outcome.FAILED,
        502,
        "Not today: top secret text",
        receipt.attempts[0].duration_ms,
        Decimal(0),
        Basis.COMPUTED,
    )


def test_entry_without_price_is_unpriced_never_zero(grant):
    receipt = run(call(grant(), target()))
    kept = record(receipt.id)
    assert (receipt.cost, receipt.basis) == (None, Basis.UNPRICED)
    assert (kept.state, kept.cost, kept.basis, kept.estimate) == ("settled", None, "unpriced", None)


def test_entry_without_price_is_refused_where_a_budget_counts(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    with pytest.raises(NotPermitted) as refused:
        begin(grant(budget), target())
    assert refused.value.provider_code == "unpriced_model"


def test_entry_reported_cost_is_kept_beside_the_computed_one(grant):
    async def reported():
        entry = begin(grant())
        await entry.open(target(PER_CHARACTER))
        await deliver(entry)
        usage = Usage(ALL.amounts, reported_cost=Decimal("0.09"))
        await entry.close(Outcome.COMPLETED, usage=usage, error=None)
        return await entry.settle(Outcome.COMPLETED, None)

    kept = record(run(reported()).id)
    assert (kept.cost, kept.reported_cost, kept.computed_cost, kept.basis) == (
        Decimal("0.09"),
        Decimal("0.09"),
        Decimal("0.1"),
        "reported",
    )


def test_entry_cancelled_while_it_opens_gives_its_reservation_back(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def cancelled():
        entry = begin(grant(budget))
        opening = asyncio.create_task(entry.open(target(PER_CHARACTER)))
        await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait([opening])
        assert opening.cancelled()
        return await entry.settle(Outcome.STOPPED, None)

    kept = record(run(cancelled()).id)
    assert (kept.state, kept.outcome) == ("released", "stopped")
    assert Attempt.objects.get(record=kept.public_id).state == "released"
    assert standing(budget) == (0, 0)


def test_entry_settles_although_its_caller_is_cancelled(grant):
    async def cancelled():
        entry = begin(grant())
        await entry.open(target(PER_CHARACTER))
        await deliver(entry)
        settling = asyncio.create_task(entry.settle(Outcome.STOPPED, None))
        await asyncio.sleep(0)
        settling.cancel()
        await asyncio.wait([settling])
        await call(grant())  # the next write has passed: so has the one before it
        return entry.id

    assert record(run(cancelled())).state == "estimated"


def test_entry_names_what_a_failure_made_of_it(grant):
    async def outcomes():
        entry = begin(grant())
        await entry.open(target(PER_CHARACTER))
        before = entry.failed(UpstreamFailed("no"))
        await deliver(entry)
        after = entry.failed(UpstreamFailed("no"))
        await entry.close(Outcome.PARTIAL, usage=None, error=None)
        seen = before, after, entry.failed(UpstreamFailed("no")), entry.failed(Interrupted("down"))
        await entry.settle(Outcome.PARTIAL, None)
        return seen

    assert run(outcomes()) == (Outcome.FAILED, Outcome.PARTIAL, Outcome.PARTIAL, Outcome.INTERRUPTED)
