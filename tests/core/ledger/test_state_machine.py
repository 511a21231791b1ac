"""Reserve, settle, crash, sweep and replay in any order: the ledger agrees with a simple model of it."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth import get_user_model
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core import ledger
from core.contract.errors import BudgetExceeded, UpstreamFailed
from core.contract.events import Outcome
from core.contract.requests import Caller
from core.ledger.store import heartbeat, spool
from core.ledger.store.sweep import sweep
from core.models import Budget, UsageRecord
from tests.core.ledger.conftest import PER_CHARACTER, FakeGrant, deliver_audio, open_record, target

PRICE = Decimal("0.01")
names = itertools.count()


@dataclass(eq=False)
class Call:
    record: ledger.Record
    price: Decimal
    orphaned: bool = False
    owed: Decimal | None = None
    """None while open."""


class LedgerMachine(RuleBasedStateMachine):
    calls = Bundle("calls")
    finished = Bundle("finished")

    @initialize()
    def open_budgets(self):
        self.loop = asyncio.new_event_loop()
        user = get_user_model().objects.create_user(f"machine-{next(names)}")
        self.wide = Budget.objects.create(user=user, limit=3)
        self.narrow = Budget.objects.create(user=user, limit=Decimal("1.5"), window="month")
        self.grant = FakeGrant(Caller(user.id), None, (self.wide.id, self.narrow.id))
        self.limits = {self.wide.id: Decimal(3), self.narrow.id: Decimal("1.5")}
        self.made: list[Call] = []

    def teardown(self):
        if hasattr(self, "loop"):
            self.crash()
            self.sweep()
            self.ledger_agrees()
            self.loop.close()

    @property
    def reserved(self) -> Decimal:
        return sum((call.price for call in self.made if call.owed is None), Decimal(0))

    @property
    def spent(self) -> Decimal:
        return sum((call.owed for call in self.made if call.owed is not None), Decimal(0))

    @rule(target=calls, length=st.integers(1, 60))
    def reserve(self, length):
        record = open_record(self.grant, text="x" * length)
        call = Call(record, PRICE * length)
        room = min(self.limits.values()) - self.spent - self.reserved
        try:
            self.loop.run_until_complete(record.open(target(PER_CHARACTER)))
        except BudgetExceeded:
            assert call.price > room
            call.owed = Decimal(0)
        else:
            assert call.price <= room
        self.made.append(call)
        return call

    @rule(target=finished, call=consumes(calls), delivered=st.booleans())
    def settle(self, call, delivered):
        self.loop.run_until_complete(self.finish(call, delivered))
        if call.owed is None:
            call.owed = call.price if delivered else Decimal(0)
        return call

    async def finish(self, call, delivered):
        if delivered:
            await deliver_audio(call.record)
            await call.record.settle(Outcome.PARTIAL, None)
        else:
            await call.record.settle(Outcome.FAILED, UpstreamFailed("no"))

    @rule(call=finished)
    def settle_again(self, call):
        """From the spool, as a second writer would."""
        receipt = call.record.receipt
        owed = call.record.attempts[-1].bill if call.record.attempts else None
        if owed is not None:
            spool.store([call.record.settlement(receipt, owed, None)])
            assert spool.replay() == 0

    @rule()
    def crash(self):
        """The process dies and another one takes its place: nobody holds its records any more."""
        for call in self.made:
            call.orphaned = call.owed is None
        heartbeat.current = heartbeat.Process()
        heartbeat.beat()

    @rule()
    def sweep(self):
        report = sweep()
        lost = [call for call in self.made if call.owed is None and call.orphaned]
        for call in lost:
            call.owed = call.price
        assert (report.estimated, report.released) == (len(lost), 0)

    @rule(steps=st.integers(50, 300))
    def change_the_limit(self, steps):
        self.limits[self.wide.id] = self.wide.limit = PRICE * steps
        self.wide.save()

    @invariant()
    def ledger_agrees(self):
        if not hasattr(self, "loop"):
            return
        for budget in Budget.objects.filter(id__in=self.limits):
            assert (budget.spent, budget.reserved) == (self.spent, self.reserved)
        open_ids = {call.record.id for call in self.made if call.owed is None}
        rows = UsageRecord.objects.filter(user=self.grant.caller.user_id, state="open")
        assert set(rows.values_list("public_id", flat=True)) == open_ids


def test_ledger_agrees_with_the_model(ledger_writer):
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
