"""The usage record of one request, from its first attempt to its settlement."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from core.contract.audio import AudioFormat
from core.contract.errors import (
    BudgetExceeded,
    Interrupted,
    NotPermitted,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.contract.events import AttemptNote, AudioStart, Outcome
from core.contract.usage import Amount, Basis, Kind, Unit, Usage
from core.ledger.store import heartbeat
from core.models import Attempt, Budget, UsageRecord
from tests.core.ledger.conftest import (
    ALL,
    PER_CHARACTER,
    budget_sums,
    complete_request,
    deliver_audio,
    open_record,
    run,
    stored_record,
    target,
)


def test_record_completed_is_settled(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    receipt = run(complete_request(grant(budget)))
    stored = stored_record(receipt.id)
    assert (receipt.cost, receipt.basis, receipt.outcome) == (
        Decimal("0.1"),
        Basis.COMPUTED,
        Outcome.COMPLETED,
    )
    assert (stored.state, stored.cost, stored.computed_cost, stored.reported_cost) == (
        "settled",
        Decimal("0.1"),
        Decimal("0.1"),
        None,
    )
    assert (stored.user, stored.team, stored.provider, stored.status) == (alice, alice.team, "first", 200)
    assert stored.units["text_in.character"] == 10
    assert stored.budgets == [budget.id]
    assert stored.process == heartbeat.token()
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def test_record_is_durable_before_anything_is_sent(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    record = open_record(grant(budget))
    assert UsageRecord.objects.count() == 0
    assert run(record.open(target(PER_CHARACTER))) == 1
    assert stored_record(record.id).state == "open"
    assert list(Attempt.objects.values_list("record", "number", "state")) == [(record.id, 1, "open")]
    assert budget_sums(budget) == (0, Decimal("0.1"))


def test_record_copies_the_price_it_was_made_with(grant):
    receipt = run(complete_request(grant()))
    price = {"id": 7, "name": "text_in.character", "usd_per_unit": "0.01"}
    assert Attempt.objects.get(record=receipt.id).prices == [price]


def test_record_settled_twice_changes_nothing(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def twice():
        record = open_record(grant(budget))
        await record.open(target(PER_CHARACTER))
        await deliver_audio(record)
        write = await asyncio.gather(
            record.settle(Outcome.STOPPED, None), record.settle(Outcome.COMPLETED, None)
        )
        again = await record.writer.submit(record.settlement(write[0], bill_of(record), None))
        return write, again

    (first, second), again = run(twice())
    assert first == second
    assert again is False
    assert stored_record(first.id).outcome == "stopped"
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def bill_of(record):
    return record.attempts[0].bill


def test_record_never_opened_leaves_no_row(grant):
    record = open_record(grant())
    receipt = run(record.settle(Outcome.FAILED, None))
    assert (receipt.id, receipt.cost, receipt.attempts) == (record.id, Decimal(0), ())
    assert UsageRecord.objects.count() == 0


def test_record_that_delivered_nothing_is_released(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def silent():
        record = open_record(grant(budget))
        await record.open(target(PER_CHARACTER))
        record.first_event()
        record.note(AudioStart(AudioFormat.MP3, 24_000))
        error = UpstreamTimeout("It fell silent.")
        await record.close(Outcome.FAILED, usage=None, error=error)
        return await record.settle(record.outcome_of(error), error)

    receipt = run(silent())
    stored = stored_record(receipt.id)
    assert (stored.state, stored.cost, stored.outcome) == ("released", 0, "failed")
    assert (stored.status, stored.error) == (504, "upstream_timeout")
    assert budget_sums(budget) == (0, 0)


def test_record_cut_short_owes_the_whole_text(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def cut():
        record = open_record(grant(budget))
        await record.open(target(PER_CHARACTER))
        await deliver_audio(record, 10)
        error = UpstreamFailed("It broke off.")
        await record.close(Outcome.PARTIAL, usage=None, error=error)
        return await record.settle(record.outcome_of(error), error)

    receipt = run(cut())
    assert (receipt.outcome, receipt.cost, receipt.basis) == (
        Outcome.PARTIAL,
        Decimal("0.1"),
        Basis.ESTIMATED,
    )
    assert stored_record(receipt.id).state == "estimated"
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def test_record_with_fallback_keeps_both_attempts(grant):
    first, second = target(PER_CHARACTER), target(PER_CHARACTER, provider="second")

    async def fall_back():
        record = open_record(grant(), first, second)
        await record.open(first)
        await record.close(Outcome.FAILED, usage=None, error=UpstreamFailed("Not today: top secret text"))
        await record.open(second)
        await deliver_audio(record)
        await record.close(Outcome.COMPLETED, usage=ALL, error=None)
        return await record.settle(Outcome.COMPLETED, None)

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
        code="upstream_failed",
        answered=500,
    )


def test_record_without_price_is_unpriced_never_zero(grant):
    receipt = run(complete_request(grant(), target()))
    stored = stored_record(receipt.id)
    assert (receipt.cost, receipt.basis) == (None, Basis.UNPRICED)
    assert (stored.state, stored.cost, stored.basis, stored.estimate) == ("settled", None, "unpriced", None)


def test_record_without_price_is_refused_where_a_budget_counts(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    with pytest.raises(NotPermitted) as refused:
        open_record(grant(budget), target())
    assert refused.value.provider_code == "unpriced_model"


def test_record_reported_cost_is_kept_beside_the_computed_one(grant):
    async def reported():
        record = open_record(grant())
        await record.open(target(PER_CHARACTER))
        await deliver_audio(record)
        usage = Usage(ALL.amounts, reported_cost=Decimal("0.09"))
        await record.close(Outcome.COMPLETED, usage=usage, error=None)
        return await record.settle(Outcome.COMPLETED, None)

    stored = stored_record(run(reported()).id)
    assert (stored.cost, stored.reported_cost, stored.computed_cost, stored.basis) == (
        Decimal("0.09"),
        Decimal("0.09"),
        Decimal("0.1"),
        "reported",
    )


def test_record_cancelled_while_it_opens_gives_its_reservation_back(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def cancelled():
        record = open_record(grant(budget))
        opening = asyncio.create_task(record.open(target(PER_CHARACTER)))
        await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait([opening])
        assert opening.cancelled()
        return await record.settle(Outcome.STOPPED, None)

    stored = stored_record(run(cancelled()).id)
    assert (stored.state, stored.outcome) == ("released", "stopped")
    assert Attempt.objects.get(record=stored.public_id).state == "released"
    assert budget_sums(budget) == (0, 0)


def test_record_settles_although_its_caller_is_cancelled(grant):
    async def cancelled():
        record = open_record(grant())
        await record.open(target(PER_CHARACTER))
        await deliver_audio(record)
        settling = asyncio.create_task(record.settle(Outcome.STOPPED, None))
        await asyncio.sleep(0)
        settling.cancel()
        await asyncio.wait([settling])
        await complete_request(grant())  # the next write has passed: so has the one before it
        return record.id

    assert stored_record(run(cancelled())).state == "estimated"


def test_record_derives_its_outcome_from_a_failure(grant):
    async def outcomes():
        record = open_record(grant())
        await record.open(target(PER_CHARACTER))
        before = record.outcome_of(UpstreamFailed("no"))
        await deliver_audio(record)
        after = record.outcome_of(UpstreamFailed("no"))
        await record.close(Outcome.PARTIAL, usage=None, error=None)
        seen = before, after, record.outcome_of(UpstreamFailed("no")), record.outcome_of(Interrupted("down"))
        await record.settle(Outcome.PARTIAL, None)
        return seen

    assert run(outcomes()) == (Outcome.FAILED, Outcome.PARTIAL, Outcome.PARTIAL, Outcome.INTERRUPTED)


@pytest.mark.parametrize("model", [UsageRecord, Attempt])
@pytest.mark.parametrize("change", [{"cost": Decimal(0)}, {"state": "open"}, {"units": {}}])
def test_settled_row_cannot_be_changed(grant, model, change):
    run(complete_request(grant()))
    before = model.objects.values().get()
    with pytest.raises(DatabaseError, match="a final record cannot be changed"), transaction.atomic():
        model.objects.update(**change)
    assert model.objects.values().get() == before


def test_settled_record_outlives_its_user(grant, alice):
    receipt = run(complete_request(grant()))
    alice.delete()
    assert (stored_record(receipt.id).user, stored_record(receipt.id).cost) == (None, Decimal("0.1"))


def test_record_whose_price_cannot_be_computed_keeps_its_estimate(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    endless = Usage((Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal("1E+70")),))

    async def scenario():
        record = open_record(grant(budget))
        await record.open(record.route.targets[0])
        await deliver_audio(record)
        await record.close(Outcome.COMPLETED, usage=endless, error=None)
        return await record.settle(Outcome.COMPLETED, None)

    receipt = run(scenario())
    stored = stored_record(receipt.id)
    assert (stored.state, stored.cost, stored.basis) == ("estimated", Decimal("0.1"), "estimated")
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def test_record_reserves_what_a_failed_attempt_may_owe(grant, alice):
    budget = Budget.objects.create(user=alice, limit=Decimal("0.25"))
    lost = UpstreamUnreachable("The connection to the provider broke.")

    async def fail(record):
        await record.open(record.route.targets[0])
        await record.close(Outcome.FAILED, usage=None, error=lost, sent=True)

    async def scenario():
        record = open_record(grant(budget))
        await fail(record)
        await fail(record)
        assert await stored_sums(budget) == (0, Decimal("0.2"))
        with pytest.raises(BudgetExceeded):
            await record.open(record.route.targets[0])
        return await record.settle(Outcome.FAILED, lost)

    receipt = run(scenario())
    assert (receipt.cost, stored_record(receipt.id).estimate) == (Decimal("0.2"), Decimal("0.2"))
    assert budget_sums(budget) == (Decimal("0.2"), 0)


async def stored_sums(budget: Budget) -> tuple[Decimal, Decimal]:
    await budget.arefresh_from_db()
    return budget.spent, budget.reserved
