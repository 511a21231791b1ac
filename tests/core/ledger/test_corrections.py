"""A correction is a row of its own, and sums are right with it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.contract.errors import InvalidRequest
from core.ledger import corrections, reports
from core.models import AuditEvent, Budget, UsageRecord

NOW = datetime.now(UTC)


@pytest.fixture
def budget(alice) -> Budget:
    row = Budget.objects.create(user=alice, limit=10)
    Budget.objects.update(spent=Decimal(3))
    return row


@pytest.fixture
def record(alice, budget) -> UsageRecord:
    return UsageRecord.objects.create(
        public_id="gen-1",
        user=alice,
        team=alice.team,
        task="chat",
        model="a/b",
        provider="acme",
        state="settled",
        outcome="completed",
        cost=Decimal(2),
        budgets=[budget.id],
        created_at=NOW,
    )


def spent() -> Decimal:
    return Budget.objects.values_list("spent", flat=True).get()


@pytest.mark.parametrize(("right", "difference", "left"), [("0.5", "-1.5", "1.5"), ("2.25", "0.25", "3.25")])
def test_a_correction_counts_in_reports_and_budgets(record, alice, bob, right, difference, left):
    row = corrections.correct(record, Decimal(right), "the invoice says so", bob)
    assert (row.corrects, row.user, row.model, row.cost) == ("gen-1", alice, "a/b", Decimal(difference))
    assert UsageRecord.objects.values_list("cost", flat=True).get(public_id="gen-1") == 2
    assert spent() == Decimal(left)
    report = reports.usage_report(users=[alice.pk])
    assert (report["records"], Decimal(report["cost"]), report["by_state"]["settled"]) == (
        1,
        Decimal(right),
        1,
    )
    assert [(one["records"], one["cost"]) for one in reports.daily()] == [(1, Decimal(right))]
    assert reports.spending(users=[alice.pk]).total == Decimal(right)
    event = AuditEvent.objects.get(action="usage.corrected")
    assert (event.actor, event.subject, event.detail["reason"]) == (bob, "gen-1", "the invoice says so")


def test_corrections_add_up(record, bob):
    corrections.correct(record, Decimal(5), "first", bob)
    second = corrections.correct(record, Decimal("0.1"), "second", bob)
    assert second.cost == Decimal("-4.9")
    assert corrections.corrected_cost(record) == Decimal("0.1")
    assert spent() == Decimal("1.1")


def test_a_budget_never_has_spent_less_than_nothing(record, bob):
    Budget.objects.update(spent=Decimal("0.25"))
    corrections.correct(record, Decimal(0), "refunded", bob)
    assert spent() == 0


def test_an_unpriced_record_gets_a_cost(record, alice, bob):
    unpriced = UsageRecord.objects.create(
        public_id="gen-2", user=alice, state="settled", basis="unpriced", created_at=NOW
    )
    corrections.correct(unpriced, Decimal("0.75"), "the invoice says so", bob)
    assert Decimal(reports.usage_report()["cost"]) == Decimal("2.75")


def test_what_cannot_be_corrected_stays(record, alice, bob):
    row = corrections.correct(record, Decimal(1), "once", bob)
    open_record = UsageRecord.objects.create(public_id="gen-3", user=alice, created_at=NOW)
    for refused, cost in ((row, 5), (record, 1), (open_record, 1)):
        with pytest.raises(InvalidRequest):
            corrections.correct(refused, Decimal(cost), "no", bob)
    assert spent() == 2
