"""Completes the records that a crash left open: each is final two minutes after its process died."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from core.contract.events import Outcome
from core.contract.usage import Basis
from core.ledger.record import live_records
from core.ledger.store import heartbeat, spool
from core.ledger.store import statements as sql
from core.ledger.store.batch import Write, apply
from core.models.ledger import Attempt, LedgerState, ServerProcess
from core.models.money import to_steps

LIMIT = 5000
NO_ANSWER = (None, None, None)
"""The columns of `statements.ANSWER`."""
LEADER = 0x706F6C79
"""Key of PostgreSQL's advisory lock; on SQLite the write lock itself lets one settle at a time."""

LOST_AFTER = timedelta(seconds=60)
"""Age at which an open record of this process without a live `Record` counts as lost."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """Numbers of records completed by one sweep: from the spool, at their estimates, without any cost."""

    replayed: int = 0
    estimated: int = 0
    released: int = 0

    def __str__(self) -> str:
        return f"{self.replayed} replayed, {self.estimated} estimated, {self.released} released"


@dataclass(frozen=True, slots=True)
class Orphan:
    """An open record whose process is gone; money in steps."""

    id: str
    process: str
    estimate: int | None
    budgets: tuple[int, ...]
    created: datetime


def sweep(now: datetime | None = None, *, force: bool = False) -> SweepReport:
    """Settle the open records of processes that are dead or have sent no heartbeat for a minute. Blocking.

    An attempt that was still open is charged its estimate, because its request may have been sent; where two
    were, each has its part. The closed ones cost what they cost. `force` treats every other process as dead.
    One process at a time sweeps; in the others it returns an empty report.
    """
    moment = now or timezone.now()
    with leader_lock() as leading:
        if not leading:
            return SweepReport()
        replayed = spool.replay()
        found = find_orphans(moment, force)
        states = [state for state in map(settle, found, attempts_of(found)) if state is not None]
        delete_old_processes(moment)
    estimated = states.count(LedgerState.ESTIMATED)
    return SweepReport(replayed, estimated, len(states) - estimated)


@contextmanager
def leader_lock() -> Iterator[bool]:
    if connection.vendor != "postgresql":
        yield True
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER])
        leading = cursor.fetchone()[0]
        try:
            yield leading
        finally:
            if leading:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LEADER])


def find_orphans(now: datetime, force: bool) -> list[Orphan]:
    with connection.cursor() as cursor:
        cursor.execute(sql.OPEN_RECORDS, [LIMIT])
        opened = [orphan(row) for row in cursor.fetchall()]
    if not opened:
        return []
    ours = heartbeat.token()
    alive = {ours} if force else live_processes(now)
    held = {record.id for record in list(live_records)}
    return [
        record
        for record in opened
        if record.process not in alive
        or (record.process == ours and record.id not in held and record.created < now - LOST_AFTER)
    ]


def orphan(row: tuple[Any, ...]) -> Orphan:
    id, process, estimate, budgets, created = row
    known = json.loads(budgets) if isinstance(budgets, str) else budgets
    return Orphan(
        id, process, estimate, tuple(known), created if created.tzinfo else created.replace(tzinfo=UTC)
    )


def live_processes(now: datetime) -> set[str]:
    """Tokens of processes that may be alive: ours, and all with a recent heartbeat but the known dead."""
    here = heartbeat.host_id()
    oldest = now - timedelta(seconds=heartbeat.TIMEOUT)
    known = ServerProcess.objects.all()
    if not heartbeat.process().recovering:
        known = known.filter(beat_at__gte=oldest)
    return {other.token for other in known if not heartbeat.is_dead(other, here)} | {heartbeat.token()}


def attempts_of(records: list[Orphan]) -> list[list[Attempt]]:
    grouped: defaultdict[str, list[Attempt]] = defaultdict(list)
    ids = [record.id for record in records]
    for start in range(0, len(ids), 500):
        for attempt in Attempt.objects.filter(record__in=ids[start : start + 500]).order_by("number"):
            grouped[attempt.record].append(attempt)
    return [grouped[id] for id in ids]


def settle(record: Orphan, attempts: list[Attempt]) -> LedgerState | None:
    """Complete one orphan; its new state, None when its own process completed it in the meantime."""
    billed = [attempt for attempt in attempts if attempt.state != LedgerState.RELEASED]
    state = LedgerState.ESTIMATED if billed else LedgerState.RELEASED
    closed = total(steps(attempt) for attempt in billed if attempt.state != LedgerState.OPEN)
    opened = [attempt for attempt in attempts if attempt.state == LedgerState.OPEN]
    cost, worst = closed, None
    if not billed and record.estimate is None:
        cost = None
    elif opened:
        worst = rest_of_estimate(record, closed)
        cost = total((closed, worst))
    bill = columns(state, cost)
    last = attempts[-1].provider if attempts else ""
    write = Write(
        record.id,
        closed=tuple(
            (
                *columns(LedgerState.ESTIMATED, part),
                "process_died",
                None,
                *NO_ANSWER,
                record.id,
                attempt.number,
            )
            for attempt, part in zip(opened, parts(worst, len(opened)), strict=True)
        ),
        settled=(*bill, last, "process_died", "", None, None, record.id),
        budgets=record.budgets,
        release=record.estimate or 0,
        spend=cost or 0,
    )
    return state if apply([write]) == [True] else None


def rest_of_estimate(record: Orphan, closed: int | None) -> int | None:
    """What an open attempt is charged: the estimate without what closed ones cost, for it includes that."""
    return None if record.estimate is None else max(0, record.estimate - (closed or 0))


def parts(steps: int | None, number: int) -> list[int | None]:
    """`steps` in equal parts, as the same was reserved for each attempt; the first may be a step larger."""
    if steps is None:
        return [None] * number
    return [steps // number + (place < steps % number) for place in range(number)]


def total(costs: Iterable[int | None]) -> int | None:
    known = list(costs)
    return None if None in known else sum(cost or 0 for cost in known)


def steps(attempt: Attempt) -> int | None:
    return None if attempt.cost is None else to_steps(attempt.cost)


def columns(state: LedgerState, cost: int | None) -> tuple[object, ...]:
    """The columns of `statements.BILL` for an interrupted request."""
    basis = (
        Basis.UNPRICED
        if cost is None
        else Basis.ESTIMATED
        if state == LedgerState.ESTIMATED
        else Basis.COMPUTED
    )
    return str(state), str(Outcome.INTERRUPTED), "{}", None, None, cost, str(basis), 503, None


def delete_old_processes(now: datetime) -> None:
    """Delete the rows of processes without a heartbeat for an hour."""
    ServerProcess.objects.filter(beat_at__lt=now - timedelta(hours=1)).delete()
