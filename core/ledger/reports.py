"""Queries of the ledger: totals, spending, one generation, CSV rows. Blocking, read-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from core.ledger.budgets import window_begin, window_end
from core.models.access import Budget
from core.models.ledger import Attempt, LedgerState, UsageRecord

CSV_COLUMNS = [
    *("public_id", "created_at", "user", "team", "api_key", "source", "task", "model", "provider"),
    *("state", "outcome", "error", "units", "cost", "basis", "estimate", "first_event_ms", "total_ms"),
    "corrects",
]


@dataclass(frozen=True, slots=True)
class Spending:
    """USD since the beginning of the present day, week and month, and ever."""

    day: Decimal
    week: Decimal
    month: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """A budget in its current window, amounts in USD; `resets_at` is None for one in total."""

    id: int
    window: str
    limit: Decimal
    spent: Decimal
    reserved: Decimal
    remaining: Decimal
    resets_at: datetime | None


def records(
    *,
    users: Collection[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    model: str | None = None,
) -> QuerySet[UsageRecord]:
    """Usage records of `users` (None: everybody's) made in `[since, until)`, newest first."""
    found = UsageRecord.objects.all()
    if users is not None:
        found = found.filter(user__in=users)
    if since is not None:
        found = found.filter(created_at__gte=since)
    if until is not None:
        found = found.filter(created_at__lt=until)
    return found if model is None else found.filter(model=model)


def usage_report(
    *,
    users: Collection[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    model: str | None = None,
) -> dict[str, Any]:
    """Totals and `rows` per user and model, ready for JSON, costs as decimal strings:

    `{"records", "attempts", "by_state": {state: number}, "cost", "unpriced", "rows": [{"user", "model",
    "records", "unpriced", "cost", "units": {"kind.unit": quantity}}]}`. `cost` is the sum of the known costs,
    `unpriced` the number of records without one; a row's `cost` is None when none of its records has one.
    """
    chosen = records(users=users, since=since, until=until, model=model).order_by()
    whole = chosen.aggregate(records=REQUESTS, unpriced=Count("id", filter=UNPRICED), cost=Sum("cost"))
    states = dict(chosen.filter(corrects=None).values_list("state").annotate(Count("id")))
    return {
        "records": whole["records"],
        "attempts": attempts(chosen).count(),
        "by_state": {state.value: states.get(state.value, 0) for state in LedgerState},
        "cost": decimal_text(whole["cost"] or Decimal(0)),
        "unpriced": whole["unpriced"],
        "rows": rows(chosen),
    }


REQUESTS = Count("id", filter=Q(corrects=None))
"""Corrections change sums, and are no requests."""

UNPRICED = Q(cost=None) & ~Q(state=LedgerState.OPEN)


def rows(chosen: QuerySet[UsageRecord]) -> list[dict[str, Any]]:
    used = units(chosen)
    sums = (
        chosen.values("user", "user__username", "model")
        .annotate(records=REQUESTS, unpriced=Count("id", filter=UNPRICED), cost=Sum("cost"))
        .order_by("user__username", "model")
    )
    return [
        {
            "user": row["user__username"] or "",
            "model": row["model"],
            "records": row["records"],
            "unpriced": row["unpriced"],
            "cost": decimal_text(row["cost"]),
            "units": used[row["user"], row["model"]],
        }
        for row in sums
    ]


def units(chosen: QuerySet[UsageRecord]) -> defaultdict[tuple[int | None, str], dict[str, float]]:
    """Quantities per user and model, added up inside the database."""
    inner, values = chosen.values("user_id", "model", "units").query.sql_with_params()
    each, value = (
        ("jsonb_each_text(r.units)", "CAST(unit.value AS numeric)")
        if connection.vendor == "postgresql"
        else ("json_each(r.units)", "unit.value")
    )
    found: defaultdict[tuple[int | None, str], dict[str, float]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.user_id, r.model, unit.key, SUM({value}) FROM ({inner}) r, {each} unit "
            "GROUP BY r.user_id, r.model, unit.key ORDER BY unit.key",
            values,
        )
        for user, model, name, quantity in cursor.fetchall():
            whole = int(quantity) == quantity
            found[user, model][name] = int(quantity) if whole else round(float(quantity), 6)
    return found


def attempts(chosen: QuerySet[UsageRecord]) -> QuerySet[Attempt]:
    return Attempt.objects.filter(record__in=chosen.values("public_id"))


def daily(
    *,
    users: Collection[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    by: str = "model",
    zone: tzinfo = UTC,
) -> list[dict[str, Any]]:
    """Records and cost per day of `zone` and `by`, oldest first.

    `by` is `model`, `user__username`, `task` or `provider`.
    """
    chosen = records(users=users, since=since, until=until).order_by()
    return list(
        chosen.annotate(day=TruncDate("created_at", tzinfo=zone))
        .values("day", by)
        .annotate(records=REQUESTS, unpriced=Count("id", filter=UNPRICED), cost=Sum("cost"))
        .order_by("day", by)
    )


def spending(
    *,
    users: Collection[int] | None = None,
    api_key: int | None = None,
    now: datetime | None = None,
    zone: tzinfo = UTC,
) -> Spending:
    """The spending of `users` or of one API key in days, weeks and months of `zone`, in one query."""
    moment = now or timezone.now()
    chosen = records(users=users).order_by()
    if api_key is not None:
        chosen = chosen.filter(api_key=api_key)
    windows = {name: window_begin(name, moment, zone) for name in ("day", "week", "month")}
    sums = chosen.aggregate(
        total=Sum("cost"),
        **{name: Sum("cost", filter=Q(created_at__gte=begin)) for name, begin in windows.items()},
    )
    return Spending(**{name: amount or Decimal(0) for name, amount in sums.items()})


def budget_statuses(ids: Collection[int], now: datetime | None = None) -> list[BudgetStatus]:
    """The current state of budgets, in ascending id."""
    moment = now or timezone.now()
    return [budget_status(budget, moment) for budget in Budget.objects.filter(id__in=ids).order_by("id")]


def budget_status(budget: Budget, now: datetime) -> BudgetStatus:
    rolled = budget.window_start < window_begin(budget.window, now)
    spent = Decimal(0) if rolled else budget.spent
    return BudgetStatus(
        budget.id,
        budget.window,
        budget.limit,
        spent,
        budget.reserved,
        max(Decimal(0), budget.limit - spent - budget.reserved),
        window_end(budget.window, now),
    )


def generation(public_id: str, users: Collection[int] | None) -> tuple[UsageRecord, list[Attempt]] | None:
    """A record and its attempts in order; None where there is none of `users` (None: anybody's)."""
    record = records(users=users).filter(public_id=public_id).first()
    if record is None:
        return None
    return record, list(Attempt.objects.filter(record=public_id).order_by("number"))


def csv_rows(
    *,
    users: Collection[int] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[list[str]]:
    """A heading, then a row per record, newest first, read in portions; unknown costs are empty."""
    return csv_table(records(users=users, since=since, until=until))


def csv_table(chosen: QuerySet[UsageRecord]) -> Iterator[list[str]]:
    """A heading, then a row for each of `chosen` in its order."""
    yield CSV_COLUMNS
    names = ["user__username" if name == "user" else name for name in CSV_COLUMNS]
    for row in chosen.values_list(*names).iterator(chunk_size=500):
        yield [cell(value) for value in row]


def cell(value: Any) -> str:
    """Text that a spreadsheet does not interpret as a formula."""
    if isinstance(value, Decimal):
        return decimal_text(value) or ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    content = "" if value is None else str(value)
    return f"'{content}" if content[:1] in ("=", "+", "-", "@") else content


def decimal_text(amount: Decimal | None) -> str | None:
    if amount is None:
        return None
    return format(amount.normalize(), "f") if amount else "0"
