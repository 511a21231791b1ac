"""An attempt beside another one: reserved apart, billed apart, settled whatever happens."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.contract.errors import BudgetExceeded, UpstreamFailed
from core.contract.events import Outcome
from core.ledger.store.batch import Write
from core.ledger.store.sweep import SweepReport, sweep
from core.models import Attempt, Budget, UsageRecord
from tests.core.ledger.conftest import PER_CHARACTER, budget_sums, deliver_audio, open_record, run, target
from tests.core.ledger.store.test_sweep import belong_to

ONE = Decimal("0.1")
"""What one attempt is estimated to cost."""


async def both(grant):
    """A record with two open attempts, and the log of the second."""
    record = open_record(grant)
    await record.open(target(PER_CHARACTER))
    second = record.beside()
    await second.open(target(PER_CHARACTER, provider="other"))
    return record, second


def costs() -> list[tuple[int, str, Decimal | None]]:
    found = Attempt.objects.order_by("number")
    return [(one.number, one.outcome, one.cost) for one in found]


def test_the_same_is_reserved_again(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    record, _ = run(both(grant(budget)))
    assert budget_sums(budget) == (0, 2 * ONE)
    assert UsageRecord.objects.get().estimate == 2 * ONE
    assert record.beside() is None


def test_a_budget_without_room_refuses_the_second_alone(grant, alice):
    budget = Budget.objects.create(user=alice, limit="0.15")

    async def refused():
        record = open_record(grant(budget))
        await record.open(target(PER_CHARACTER))
        with pytest.raises(BudgetExceeded):
            await record.beside().open(target(PER_CHARACTER))
        await deliver_audio(record)
        return await record.settle(Outcome.COMPLETED, None)

    receipt = run(refused())
    assert [note.number for note in receipt.attempts] == [1]
    assert costs() == [(1, "completed", ONE)]
    assert budget_sums(budget) == (ONE, 0)


def test_the_second_answers_in_place_of_the_first(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def overtaken():
        record, second = await both(grant(budget))
        await record.close(Outcome.OVERTAKEN, usage=None, error=None, sent=True)
        second.first_event()
        await deliver_audio(record)
        await second.close(Outcome.COMPLETED, usage=None, error=None, sent=True)
        return await record.settle(Outcome.COMPLETED, None)

    receipt = run(overtaken())
    assert (receipt.provider, [note.outcome for note in receipt.attempts]) == (
        "other",
        [Outcome.OVERTAKEN, Outcome.COMPLETED],
    )
    assert costs() == [(1, "overtaken", ONE), (2, "completed", ONE)]
    assert (UsageRecord.objects.get().cost, budget_sums(budget)) == (2 * ONE, (2 * ONE, 0))


def test_what_both_owe_is_kept_beside_a_third(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def third():
        record, second = await both(grant(budget))
        broken = UpstreamFailed("x")
        await second.close(Outcome.FAILED, usage=None, error=broken, sent=True)
        await record.close(Outcome.FAILED, usage=None, error=broken, sent=True)
        assert await record.open(target(PER_CHARACTER)) == 3
        return record

    record = run(third())
    assert budget_sums(budget) == (0, 3 * ONE)
    run(record.settle(Outcome.STOPPED, None))
    assert costs() == [(1, "failed", ONE), (2, "failed", ONE), (3, "stopped", 0)]
    assert budget_sums(budget) == (2 * ONE, 0)


def test_a_crash_charges_each_of_two_its_estimate(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    record, _ = run(both(grant(budget)))
    belong_to("other", silence=100)
    assert sweep(timezone.now() + timedelta(seconds=61)) == SweepReport(estimated=1)
    assert costs() == [(1, "interrupted", ONE), (2, "interrupted", ONE)]
    assert (UsageRecord.objects.get().cost, budget_sums(budget)) == (2 * ONE, (2 * ONE, 0))
    del record


def test_a_crash_charges_the_one_that_was_open(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def one_left():
        record, second = await both(grant(budget))
        await second.close(Outcome.FAILED, usage=None, error=UpstreamFailed("no"))
        await record.writer.submit(Write(record.id, closed=record.unstored))
        return record

    record = run(one_left())
    belong_to("other", silence=100)
    assert sweep() == SweepReport(estimated=1)
    record_cost = UsageRecord.objects.get().cost
    assert record_cost == sum((cost for _, _, cost in costs()), Decimal(0)) >= ONE
    assert budget_sums(budget) == (record_cost, 0)
    del record


def test_leaving_while_the_second_is_stored_releases_all(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)

    async def left():
        record = open_record(grant(budget))
        await record.open(target(PER_CHARACTER))
        opening = asyncio.create_task(record.beside().open(target(PER_CHARACTER)))
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        return await record.settle(Outcome.STOPPED, None)

    receipt = run(left())
    assert [note.number for note in receipt.attempts] == [1, 2]
    assert set(Attempt.objects.values_list("state", flat=True)) == {"released"}
    assert budget_sums(budget) == (0, 0)
