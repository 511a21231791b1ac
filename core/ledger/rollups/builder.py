"""Adds final usage records to the sums of their hour and of their day, each exactly once. Blocking.

A record gets its id when it is opened and is final later: the mark moves up to the oldest one that is still
open. It moves in the transaction that stores the sums, and only from where this process saw it, so that a
crash loses nothing and a second process adds nothing twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q

from core.ledger.rows import json_number
from core.models.ledger import LedgerState, UsageMark, UsageRecord, UsageSum

RECORDS = 2000
"""At most so many are added in one transaction: SQLite lets nobody else write meanwhile."""
WRITERS_SECONDS = 1.0

ABOUT = ("user_id", "team_id", "api_key_id", "source", "task", "model", "provider", "outcome", "basis")
READ = ("id", "state", "corrects", "created_at", "cost", "units", *ABOUT)

Key = tuple[Any, ...]
"""Hours (1 or 24), the begin, and what the records are about."""


@dataclass(slots=True)
class Total:
    """The numbers of a row of `UsageSum`."""

    requests: int = 0
    unpriced: int = 0
    unbilled: int = 0
    cost: Decimal = Decimal(0)
    units: dict[str, Decimal] = field(default_factory=dict)

    def add(self, other: Total) -> None:
        self.requests += other.requests
        self.unpriced += other.unpriced
        self.unbilled += other.unbilled
        self.cost += other.cost
        for name, quantity in other.units.items():
            self.units[name] = self.units.get(name, Decimal(0)) + quantity


def build() -> int:
    """Add what has become final; the number of records. Another process may be doing the same."""
    added = 0
    while number := add_next():
        added += number
    return added


def add_next(limit: int = RECORDS) -> int:
    """Add the next records, at most `limit`; their number, 0 where there are none or others were faster."""
    mark = current_mark()
    found = final_records(mark, committed(mark), limit)
    if not found:
        return 0
    with transaction.atomic():
        moved = UsageMark.objects.filter(record_id=mark).update(record_id=found[-1]["id"])
        if not moved:
            return 0
        store(totals(found))
    return len(found)


def current_mark() -> int:
    """The id up to which records are in the sums."""
    found = UsageMark.objects.values_list("record_id", flat=True).first()
    if found is None:
        found = UsageMark.objects.get_or_create(pk=1)[0].record_id
    return found


def committed(mark: int) -> int:
    """An id below which no row can appear any more; `mark` where that is not known.

    PostgreSQL gives out ids before the commit, in any order: who was writing when the highest id was read is
    waited for. SQLite has one writer at a time.
    """
    highest = UsageRecord.objects.aggregate(highest=Max("id"))["highest"] or mark
    if connection.vendor != "postgresql":
        return highest
    waited, end = writers(), time.monotonic() + WRITERS_SECONDS
    while waited := waited & writers():
        if time.monotonic() > end:
            return mark
        time.sleep(0.01)
    return highest


def writers() -> set[str]:
    """Transactions of PostgreSQL that have begun to write usage records."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE relation = %s::regclass "
            "AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()",
            [UsageRecord._meta.db_table],
        )
        return {row[0] for row in cursor.fetchall()}


def final_records(mark: int, highest: int, limit: int) -> list[dict[str, Any]]:
    """Records after `mark`, up to the first one that is open."""
    rows = UsageRecord.objects.filter(id__gt=mark, id__lte=highest).order_by("id").values(*READ)[:limit]
    found = []
    for row in rows:
        if row["state"] == LedgerState.OPEN:
            break
        found.append(row)
    return found


def totals(records: Iterable[dict[str, Any]]) -> dict[Key, Total]:
    found: dict[Key, Total] = {}
    for record in records:
        about, total = tuple(record[name] for name in ABOUT), total_of(record)
        for hours, begin in periods(record["created_at"]):
            found.setdefault((hours, begin, *about), Total()).add(total)
    return found


def total_of(record: dict[str, Any]) -> Total:
    """A correction changes sums, and is no request."""
    unpriced = int(record["cost"] is None)
    return Total(
        requests=int(record["corrects"] is None),
        unpriced=unpriced,
        unbilled=unpriced if record["units"] else 0,
        cost=record["cost"] or Decimal(0),
        units={name: Decimal(str(quantity)) for name, quantity in record["units"].items()},
    )


def periods(created: datetime) -> tuple[tuple[int, datetime], tuple[int, datetime]]:
    """The UTC hour and the UTC day of a moment."""
    hour = created.replace(minute=0, second=0, microsecond=0)
    return (1, hour), (24, hour.replace(hour=0))


def store(added: dict[Key, Total]) -> None:
    """Replace the rows of the periods concerned by rows with more in them."""
    begins = {hours: {key[1] for key in added if key[0] == hours} for hours in (1, 24)}
    periods = Q(hours=1, begin__in=begins[1]) | Q(hours=24, begin__in=begins[24])
    replaced = []
    for row in UsageSum.objects.filter(periods):
        total = added.get((row.hours, row.begin, *(getattr(row, name) for name in ABOUT)))
        if total is not None:
            replaced.append(row.pk)
            total.add(stored(row))
    UsageSum.objects.filter(pk__in=replaced).delete()
    UsageSum.objects.bulk_create(new_row(key, total) for key, total in added.items())


def stored(row: UsageSum) -> Total:
    units = {name: Decimal(str(quantity)) for name, quantity in row.units.items()}
    return Total(row.requests, row.unpriced, row.unbilled, row.cost, units)


def new_row(key: Key, total: Total) -> UsageSum:
    hours, begin, *about = key
    return UsageSum(
        hours=hours,
        begin=begin,
        requests=total.requests,
        unpriced=total.unpriced,
        unbilled=total.unbilled,
        cost=total.cost,
        units={name: json_number(quantity) for name, quantity in total.units.items()},
        **dict(zip(ABOUT, about, strict=True)),
    )
