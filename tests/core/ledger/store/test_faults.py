"""Failing statements, one after another, and several writers at once."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import OperationalError, connection

from core import ledger
from core.contract.errors import BudgetExceeded, Unavailable
from core.contract.events import Outcome
from core.ledger import rows
from core.ledger.store import spool, transaction
from core.ledger.store.batch import Write
from core.ledger.store.sweep import sweep
from core.ledger.store.transaction import begin as begin_transaction
from core.ledger.store.writer import LedgerWriter, commit
from core.models import Budget, UsageRecord
from tests.core.ledger.conftest import (
    PER_CHARACTER,
    budget_sums,
    complete_request,
    deliver_audio,
    open_record,
    run,
    target,
)

driver = connection.Database


class Injector:
    """Lets the n-th statement of the driver fail, once or for good; `met` tells whether it came to that."""

    def __init__(self, number: int, error: Exception, lasting: bool = False) -> None:
        self.left, self.error, self.lasting, self.met = number, error, lasting, False

    def begin(self, database):
        self.count()
        return Failing(begin_transaction(database), self)

    def count(self) -> None:
        self.left -= 1
        if self.left == 0 or (self.lasting and self.left < 0):
            self.met = True
            raise self.error


class Failing:
    """A cursor whose statements the injector sees first, the end of a transaction included."""

    def __init__(self, cursor, injector: Injector) -> None:
        self.cursor, self.injector = cursor, injector

    def __getattr__(self, name):
        if name.startswith("execute"):
            self.injector.count()
        return getattr(self.cursor, name)


@pytest.fixture
def failing(monkeypatch):
    """`with failing(Injector(…)):` lets statements fail in the block."""

    @contextmanager
    def failing(injector: Injector):
        with monkeypatch.context() as patch:
            patch.setattr(transaction, "begin", injector.begin)
            yield

    return failing


def opening(grant) -> Write:
    record = open_record(grant)
    row = rows.new_attempt(record.id, 1, record.route.targets[0])
    steps = record.reserved
    return Write(record.id, record=record.record_row(), attempt=row, budgets=grant.budgets, reserve=steps)


def settling(grant) -> Write:
    """The settlement of a call that is open."""

    async def opened():
        record = open_record(grant)
        await record.open(target(PER_CHARACTER))
        await deliver_audio(record)
        await record.close(Outcome.COMPLETED, usage=None, error=None)
        return record

    record = run(opened())
    kept.append(record)
    owed = record.attempts[0].bill
    return record.settlement(record.make_receipt(Outcome.COMPLETED, owed), owed, None)


kept: list[ledger.Record] = []


def test_statement_failing_once_costs_nothing(grant, alice, failing):
    for error in (driver.OperationalError("server closed the connection"), driver.DataError("not this one")):
        number, met = 0, True
        while met:
            number += 1
            budget = Budget.objects.create(user=alice, limit=1)
            allowed = grant(budget)
            writes = [settling(allowed), opening(allowed), opening(allowed)]
            injector = Injector(number, error)
            with failing(injector):
                answers = commit(writes)
            met = injector.met
            assert answers == [True, True, True]
            assert budget_sums(budget) == (Decimal("0.1"), Decimal("0.2"))
        assert number > 6


def test_statement_failing_for_good_refuses_and_spools(grant, alice, failing):
    number, met = 0, True
    while met:
        number += 1
        budget = Budget.objects.create(user=alice, limit=1)
        allowed = grant(budget)
        writes = [settling(allowed), opening(allowed)]
        injector = Injector(number, driver.OperationalError("the server is gone"), lasting=True)
        with failing(injector):
            settled, opened = commit(writes)
        met = injector.met
        assert settled is True
        if met:
            assert isinstance(opened, Unavailable)
            assert budget_sums(budget) == (0, Decimal("0.1"))
            assert spool.replay() == 1
            assert budget_sums(budget) == (Decimal("0.1"), 0)
    assert number > 6


def test_settlement_that_cannot_be_spooled_waits_in_memory(grant, alice, settings, tmp_path, failing):
    budget = Budget.objects.create(user=alice, limit=1)
    write = settling(grant(budget))
    settings.VAR = tmp_path / "file"
    settings.VAR.write_text("no folder can be made in here")
    with failing(Injector(1, driver.OperationalError("disk is full"), lasting=True)):
        assert commit([write]) == [True]
        with pytest.raises(OperationalError):
            spool.replay()
    assert (budget_sums(budget), len(spool.in_memory)) == ((0, Decimal("0.1")), 1)
    assert (spool.replay(), len(spool.in_memory)) == (1, 0)
    assert budget_sums(budget) == (Decimal("0.1"), 0)


def test_budget_holds_against_several_writers(grant, alice):
    """Each writer has its connection, as every server process has its own."""
    budgets = [Budget.objects.create(user=alice, limit=1), Budget.objects.create(limit=1, window="week")]
    there, back = grant(*budgets), grant(*reversed(budgets))
    writers = [LedgerWriter() for _ in range(4)]
    for each in writers:
        each.start()

    async def attempt(number: int) -> bool:
        record = open_record(back if number % 2 else there)
        record.writer = writers[number % 4]
        try:
            await record.open(target(PER_CHARACTER))
        except BudgetExceeded:
            return False
        await deliver_audio(record)
        await record.settle(Outcome.COMPLETED, None)
        return True

    async def race():
        return await asyncio.gather(*(attempt(number) for number in range(60)))

    try:
        passed = run(race())
    finally:
        for each in writers:
            each.stop()
    assert passed.count(True) == 10
    assert [budget_sums(budget) for budget in budgets] == [(1, 0), (1, 0)]


def test_settling_by_all_ways_at_once_counts_once(grant, alice):
    """The end of the stream, the spool, the sweeper and another writer."""
    budget = Budget.objects.create(user=alice, limit=1)
    write = settling(grant(budget))
    other = LedgerWriter()
    other.start()
    spool.store([write])

    async def everywhere():
        mine = kept[-1].writer.submit(write)
        theirs = other.submit(write)
        return await asyncio.gather(mine, theirs, asyncio.to_thread(in_thread))

    def in_thread() -> int:
        try:
            return sweep(force=True).replayed
        finally:
            connection.close()

    try:
        changed = run(everywhere())
    finally:
        other.stop()
    assert sum(changed) <= 1  # a writer that connects replays the spool too, and tells nobody
    assert budget_sums(budget) == (Decimal("0.1"), 0)


@pytest.mark.parametrize("callers", [150])
def test_sums_agree_after_many_calls(grant, alice, callers):
    """Totals of budgets, records and reports are one and the same number."""
    budget = Budget.objects.create(user=alice, limit=1000)
    allowed = grant(budget)

    async def many():
        texts = ("x" * (1 + number % 37) for number in range(callers))
        return await asyncio.gather(*(complete_request(allowed, text=text) for text in texts))

    receipts = run(many())
    total = sum(receipt.cost for receipt in receipts)
    assert budget_sums(budget) == (total, 0)
    assert sum(UsageRecord.objects.values_list("cost", flat=True)) == total
