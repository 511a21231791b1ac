"""Reads sums of usage: whole days and hours from the roll-ups, the rest from the records. Blocking.

One statement, so that a builder which moves the mark meanwhile changes nothing. The mark is in it twice: as
the number that was read before, by which the database finds the few records beyond it, and as it is then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from core.ledger.rollups.builder import current_mark
from core.ledger.store.statements import sql_time, table
from core.models.ledger import UsageMark, UsageRecord, UsageSum
from core.models.money import from_steps

COLUMNS = {
    "hour": "begin",
    "user": "user_id",
    "team": "team_id",
    "api_key": "api_key_id",
    **{name: name for name in ("source", "task", "model", "provider", "outcome", "basis")},
}
"""What can be summed by, and the column that has it."""

NUMBERS = ("requests", "unpriced", "unbilled", "cost")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARK = f"(SELECT COALESCE(MAX(record_id), 0) FROM {table(UsageMark)})"

Where = Mapping[str, Collection[Any]]
Part = tuple[str, list[Any]]
"""A SELECT and its parameters."""


@dataclass(frozen=True, slots=True)
class Sum:
    """`key` is in the order asked for; an hour is its UTC begin, a user, a team and an API key are ids.

    `unpriced` counts those without a cost, `unbilled` those of them that used something.
    """

    key: tuple[Any, ...]
    requests: int
    unpriced: int
    unbilled: int
    cost: Decimal


def sums(
    by: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    where: Where | None = None,
) -> list[Sum]:
    """What final records made in `[since, until)` come to, by names of `COLUMNS`; `where`: those with one of
    these values only."""
    columns = [COLUMNS[name] for name in by]
    inner, values = source(by, since, until, where or {})
    groups = f" GROUP BY {', '.join(columns)}" if columns else ""
    totals = [f"COALESCE(SUM({name}), 0)" for name in NUMBERS]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns + totals)} FROM ({inner}) rows{groups}", values)
        return [sum_of(by, row) for row in cursor.fetchall()]


def sum_of(by: Sequence[str], row: Sequence[Any]) -> Sum:
    requests, unpriced, unbilled, cost = row[len(by) :]
    return Sum(key_of(by, row), int(requests), int(unpriced), int(unbilled), from_steps(int(cost)))


def key_of(by: Sequence[str], row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(utc(value) if name == "hour" else value for name, value in zip(by, row, strict=False))


def utc(value: datetime | str) -> datetime:
    """SQLite has times as text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def units(
    by: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    where: Where | None = None,
) -> dict[tuple[Any, ...], dict[str, Decimal]]:
    """The quantities used, by the name of their unit, such as `text_in.token`; otherwise as `sums`."""
    columns = [COLUMNS[name] for name in by]
    inner, values = source(by, since, until, where or {}, "units")
    each, value = (
        ("jsonb_each_text(rows.units)", "CAST(unit.value AS numeric)")
        if connection.vendor == "postgresql"
        else ("json_each(rows.units)", "unit.value")
    )
    chosen = ", ".join([*columns, "unit.key"])
    found: defaultdict[tuple[Any, ...], dict[str, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {chosen}, SUM({value}) FROM ({inner}) rows, {each} unit GROUP BY {chosen}", values
        )
        for *key, name, quantity in cursor.fetchall():
            found[key_of(by, key)][name] = round(Decimal(str(quantity)), 6)
    return found


def source(
    by: Sequence[str], since: datetime | None, until: datetime | None, where: Where, *more: str
) -> Part:
    """The statement whose rows are to be summed, with the columns of `by`, the numbers and `more`."""
    selected = list(parts(by, since, until, where, more))
    return " UNION ALL ".join(part for part, _ in selected), [one for _, values in selected for one in values]


def parts(
    by: Sequence[str], since: datetime | None, until: datetime | None, where: Where, more: Sequence[str]
) -> Iterator[Part]:
    columns = [COLUMNS[name] for name in by]
    rolled = ", ".join([*columns, *NUMBERS, *more])
    chosen = ", ".join([*(record_column(one) for one in columns), *RECORD_NUMBERS, *more])
    mark = current_mark()
    condition, wanted = filters(where)
    for hours, begin, end in periods(since, until, by_hour="hour" in by):
        limits, moments = between("begin", begin, end)
        yield (
            f"SELECT {rolled} FROM {table(UsageSum)} WHERE hours = {hours}{limits}{condition}",
            [*moments, *wanted],
        )
    records = f"SELECT {chosen} FROM {table(UsageRecord)} WHERE state <> 'open'"
    for begin, end in edges(since, until):
        limits, moments = between("created_at", begin, end)
        yield f"{records} AND id <= {MARK}{limits}{condition}", [*moments, *wanted]
    limits, moments = between("created_at", since, until)
    yield f"{records} AND id > {mark} AND id > {MARK}{limits}{condition}", [*moments, *wanted]


RECORD_NUMBERS = (
    "CASE WHEN corrects IS NULL THEN 1 ELSE 0 END AS requests",
    "CASE WHEN cost IS NULL THEN 1 ELSE 0 END AS unpriced",
    "CASE WHEN cost IS NULL AND CAST(units AS text) <> '{}' THEN 1 ELSE 0 END AS unbilled",
    "COALESCE(cost, 0) AS cost",
)
"""Of one record; as `builder.total_of`."""


def record_column(name: str) -> str:
    if name != "begin":
        return name
    if connection.vendor == "postgresql":
        return "date_trunc('hour', created_at, 'UTC') AS begin"
    return "strftime('%%Y-%%m-%%d %%H:00:00', created_at) AS begin"


def filters(where: Where) -> Part:
    condition, values = "", []
    for name, wanted in where.items():
        condition += f" AND {COLUMNS[name]} IN ({', '.join(['%s'] * len(wanted)) or 'NULL'})"
        values += list(wanted)
    return condition, values


def between(column: str, begin: datetime | None, end: datetime | None) -> Part:
    limits = [(f" AND {column} >= %s", begin), (f" AND {column} < %s", end)]
    given = [(text, moment) for text, moment in limits if moment is not None]
    return "".join(text for text, _ in given), [sql_time(moment.astimezone(UTC)) for _, moment in given]


def whole(moment: datetime, unit: timedelta, *, up: bool = False) -> datetime:
    """The begin of the UTC hour or day of `moment`, or where `up` the first one from then on."""
    seconds = unit.total_seconds()
    count = moment.timestamp() // seconds
    begin = datetime.fromtimestamp(count * seconds, UTC)
    return begin + unit if up and begin < moment else begin


def periods(
    since: datetime | None, until: datetime | None, *, by_hour: bool
) -> Iterator[tuple[int, datetime | None, datetime | None]]:
    """The hours and days that lie wholly between: the size in hours, begin and end."""
    begin = None if since is None else whole(since, HOUR, up=True)
    end = None if until is None else whole(until, HOUR)
    if begin is not None and end is not None and begin >= end:
        return
    first = None if begin is None else whole(begin, DAY, up=True)
    last = None if end is None else whole(end, DAY)
    if by_hour or (first is not None and last is not None and first >= last):
        yield 1, begin, end
        return
    yield 24, first, last
    if begin != first:
        yield 1, begin, first
    if last != end:
        yield 1, last, end


def edges(since: datetime | None, until: datetime | None) -> Iterator[tuple[datetime, datetime]]:
    """What lies between and in no whole hour: zones that differ by half an hour have it."""
    begin = None if since is None else whole(since, HOUR, up=True)
    end = None if until is None else whole(until, HOUR)
    if since and until and begin and end and begin >= end:
        yield since, until
        return
    if since is not None and begin is not None and since < begin:
        yield since, begin
    if until is not None and end is not None and end < until:
        yield end, until
