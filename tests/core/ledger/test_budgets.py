"""A budget's limit holds under concurrent requests."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contract.errors import BudgetExceeded
from core.contract.events import Outcome
from core.contract.usage import Usage
from core.ledger.budgets import window_begin, window_end
from core.models import AuditEvent, Budget, UsageRecord
from tests.core.ledger.conftest import (
    ALL,
    PER_CHARACTER,
    budget_sums,
    complete_request,
    deliver_audio,
    open_record,
    run,
    target,
)


async def attempt(grant) -> bool:
    record = open_record(grant)
    try:
        await record.open(target(PER_CHARACTER))
    except BudgetExceeded:
        return False
    await asyncio.sleep(0.01)
    await deliver_audio(record)
    await record.close(Outcome.COMPLETED, usage=ALL, error=None)
    await record.settle(Outcome.COMPLETED, None)
    return True


@pytest.mark.parametrize("callers", [2, 10, 60, 200])
def test_budget_for_ten_calls_lets_exactly_ten_pass(grant, alice, callers):
    budget = Budget.objects.create(user=alice, limit=1)
    allowed = grant(budget)

    async def race():
        return await asyncio.gather(*(attempt(allowed) for _ in range(callers)))

    passed = run(race())
    possible = min(10, callers)
    assert passed.count(True) == possible
    assert UsageRecord.objects.count() == possible
    assert budget_sums(budget) == (Decimal("0.1") * possible, 0)


def test_budget_holds_against_several_event_loops(grant, alice):
    mine = Budget.objects.create(user=alice, limit=1)
    ours = Budget.objects.create(team=alice.team, limit=5)
    allowed = [grant(mine, ours), grant(ours, mine)]
    start = threading.Barrier(4)
    passed: list[bool] = []

    def loop(number):
        async def race():
            start.wait()
            return await asyncio.gather(*(attempt(allowed[number % 2]) for _ in range(15)))

        passed.extend(asyncio.run(race()))

    threads = [threading.Thread(target=loop, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(True) == 10
    assert budget_sums(mine) == budget_sums(ours) == (1, 0)


def test_budget_refusal_undoes_the_other_reservations(grant, alice):
    wide = Budget.objects.create(user=alice, limit=100)
    narrow = Budget.objects.create(limit=Decimal("0.05"), window="day")

    with pytest.raises(BudgetExceeded) as refused:
        run(complete_request(grant(wide, narrow)))
    facts = refused.value.metadata
    assert (facts["budget"], facts["owner"], facts["limit"]) == (narrow.id, "server", 0.05)
    assert (facts["remaining"], facts["estimate"]) == (0.05, 0.1)
    ends = window_end("day", datetime.now(UTC))
    assert facts["resets_at"] == ends.isoformat()
    assert refused.value.message == (
        "The server's budget of $0.05 per day has $0.05 left; this request may cost up to $0.1. "
        f"It begins anew at {ends:%Y-%m-%d} 00:00 UTC."
    )
    assert budget_sums(wide) == budget_sums(narrow) == (0, 0)
    assert UsageRecord.objects.count() == 0


def test_budget_refusal_is_its_owners_alone(grant, alice, bob, charlie):
    hers = Budget.objects.create(user=alice, limit=1)
    his = Budget.objects.create(user=bob, limit=0)
    theirs = Budget.objects.create(user=charlie, limit=1)

    async def together():
        records = [grant(hers), grant(his, user=bob), grant(theirs, user=charlie)]
        return await asyncio.gather(*map(complete_request, records), return_exceptions=True)

    answers = run(together())
    assert [isinstance(answer, BudgetExceeded) for answer in answers] == [False, True, False]
    assert [budget_sums(budget)[0] for budget in (hers, his, theirs)] == [Decimal("0.1"), 0, Decimal("0.1")]


@pytest.mark.parametrize("window", ["day", "week", "month"])
def test_budget_is_reset_with_its_window(grant, alice, window):
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    budget = Budget.objects.create(user=alice, limit=Decimal("0.1"), window=window)
    Budget.objects.filter(id=budget.id).update(spent=Decimal("0.1"), window_start=long_ago)
    run(complete_request(grant(budget)))
    assert budget_sums(budget) == (Decimal("0.1"), 0)
    assert budget.window_start == window_begin(window, datetime.now(UTC))
    with pytest.raises(BudgetExceeded):
        run(complete_request(grant(budget)))


def test_budget_in_total_is_never_reset(grant, alice):
    budget = Budget.objects.create(user=alice, limit=Decimal("0.1"))
    Budget.objects.filter(id=budget.id).update(
        spent=Decimal("0.1"), window_start=datetime(2001, 1, 1, tzinfo=UTC)
    )
    with pytest.raises(BudgetExceeded) as refused:
        run(complete_request(grant(budget)))
    assert refused.value.metadata["resets_at"] is None


def test_budget_window_rolls_while_a_call_is_open(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1, window="day")

    async def opened():
        record = open_record(grant(budget))
        await record.open(target(PER_CHARACTER))
        return record

    async def settled(record):
        await deliver_audio(record)
        await record.settle(Outcome.COMPLETED, None)

    record = run(opened())
    Budget.objects.filter(id=budget.id).update(
        spent=Decimal("0.7"), window_start=datetime(2026, 1, 1, tzinfo=UTC)
    )
    run(settled(record))
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def test_budget_edited_from_a_stale_form_keeps_its_spending(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    form = Budget.objects.get(id=budget.id)
    run(complete_request(grant(budget)))
    form.limit = 2
    form.save()
    assert budget_sums(budget) == (Decimal("0.1"), 0)
    assert budget.limit == 2


def test_budget_overspent_by_the_provider_is_audited_and_refuses_more(grant, alice):
    budget = Budget.objects.create(user=alice, limit=Decimal("0.15"))

    async def dear():
        record = open_record(grant(budget))
        await record.open(target(PER_CHARACTER))
        await deliver_audio(record)
        await record.close(Outcome.COMPLETED, usage=Usage(reported_cost=Decimal("0.2")), error=None)
        await record.settle(Outcome.COMPLETED, None)
        return record.id

    public_id = run(dear())
    alarm = AuditEvent.objects.get()
    assert (alarm.action, alarm.subject, alarm.detail) == (
        "ledger.overspend",
        public_id,
        {"cost": "0.2", "estimate": "0.1"},
    )
    assert budget_sums(budget) == (Decimal("0.2"), 0)
    with pytest.raises(BudgetExceeded):
        run(complete_request(grant(budget)))


def test_budget_deleted_during_a_call_limits_nothing(grant, alice):
    budget = Budget.objects.create(user=alice, limit=1)
    allowed = grant(budget)
    budget.delete()
    assert run(complete_request(allowed)).cost == Decimal("0.1")


moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(moments, st.sampled_from(["day", "week", "month"]))
def test_window_contains_its_moment_and_borders_the_next(now, window):
    begin, end = window_begin(window, now), window_end(window, now)
    assert begin <= now < end
    assert window_begin(window, end) == end
    assert window_begin(window, end - timedelta(microseconds=1)) == begin
