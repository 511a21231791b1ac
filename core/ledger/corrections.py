"""Corrections of final records, each a row for the difference that reports and budgets count. Blocking."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum

from core.contract.errors import InvalidRequest
from core.contract.usage import Basis
from core.ledger.budgets import LockedBudgets
from core.models import AuditEvent, UsageRecord, User
from core.models.ledger import LedgerState
from core.models.money import to_steps

KEPT = ("user_id", "team_id", "api_key_id", "source", "task", "model", "provider", "budgets")
"""Columns that a correction shares with the record."""


def corrected_cost(record: UsageRecord) -> Decimal:
    """What a record costs with its corrections."""
    found = UsageRecord.objects.filter(corrects=record.public_id).aggregate(total=Sum("cost"))
    return (record.cost or Decimal(0)) + (found["total"] or Decimal(0))


@transaction.atomic
def correct(record: UsageRecord, cost: Decimal, reason: str, actor: User) -> UsageRecord:
    """Write the row with which `record` costs `cost` USD, and charge the difference to its budgets.

    It counts from the moment it is made: in the day, the month and the window of that moment. Raises
    `InvalidRequest` for a record that is open or a correction itself, and where nothing changes.
    """
    locked = UsageRecord.objects.select_for_update().get(pk=record.pk)
    difference = cost - corrected_cost(locked)
    if locked.state == LedgerState.OPEN or locked.corrects is not None or not to_steps(difference):
        raise InvalidRequest("This record cannot be corrected, or costs that already.")
    now = datetime.now(UTC)
    row = UsageRecord.objects.create(
        public_id=f"gen-{int(time.time())}-{secrets.token_hex(10)}",
        corrects=locked.public_id,
        state=LedgerState.SETTLED,
        outcome=locked.outcome,
        cost=difference,
        basis=Basis.REPORTED,
        created_at=now,
        **{name: getattr(locked, name) for name in KEPT},
    )
    charge(locked.budgets, to_steps(difference), now)
    detail = {"record": row.public_id, "cost": str(cost), "difference": str(difference), "reason": reason}
    AuditEvent.objects.create(actor=actor, action="usage.corrected", subject=locked.public_id, detail=detail)
    return row


def charge(ids: list[int], steps: int, now: datetime) -> None:
    """Add to what the budgets have spent, at least to zero."""
    with connection.cursor() as cursor:
        budgets = LockedBudgets(cursor, ids, now)
        for budget in budgets.of(ids):
            budget.added_spent = max(steps, -budget.spent)
        budgets.store()
