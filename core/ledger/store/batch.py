"""One transaction of the ledger: what several requests want written, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from core.contract.errors import BudgetExceeded
from core.ledger.budgets import LockedBudgets, Raced, sql_time
from core.ledger.store import statements as sql
from core.ledger.store.transaction import Cursor, write_rows, write_transaction
from core.models.money import from_steps

Row = tuple[Any, ...]
Result = bool | BudgetExceeded
"""True: written. False: the record was final already, nothing changed. BudgetExceeded: refused, ditto."""


@dataclass(slots=True)
class Write:
    """What one request wants written at one moment; rows are in the column order of `statements`.

    `record` and `attempt` are inserted, `closed` and `settled` complete rows that are still open.
    Money is in steps: `reserve` is put aside in `budgets`, or `release` of it is given back and `spend` paid.
    """

    id: str
    record: Row | None = None
    attempt: Row | None = None
    closed: tuple[Row, ...] = ()
    settled: Row | None = None
    budgets: tuple[int, ...] = ()
    reserve: int = 0
    release: int = 0
    spend: int = 0


def apply(writes: Sequence[Write]) -> list[Result]:
    """Commit `writes` in one transaction of this thread's connection and say what became of each.

    Lock order: budgets in ascending id, then records in ascending id. Raises `Raced` when the batch met
    a settled record: nothing is written then, and the caller replays it one by one.
    """
    with write_transaction() as cursor:
        ids = [id for write in writes for id in write.budgets]
        accounts = LockedBudgets(cursor, ids, datetime.now(UTC))
        results: list[Result] = [True] * len(writes)
        if not settle(cursor, writes):
            if len(writes) > 1:
                raise Raced
            return [False]
        reserve(accounts, writes, results)
        insert(cursor, writes, results)
        accounts.store()
    return results


def settle(cursor: Cursor, writes: Sequence[Write]) -> bool:
    """Complete attempts and records; False when a record was not open any more."""
    settled = [write.settled for write in sorted(writes, key=by_id) if write.settled is not None]
    if write_rows(cursor, sql.SETTLE_RECORD, settled) != len(settled):
        return False
    if closed := [row for write in writes for row in write.closed]:
        write_rows(cursor, sql.CLOSE_ATTEMPT, closed)
    if alarms := [alarm(write) for write in writes if write.budgets and write.spend > write.release]:
        write_rows(cursor, sql.ALARM, alarms)
    return True


def by_id(write: Write) -> str:
    return write.id


def alarm(write: Write) -> Row:
    """A cost above its estimate broke through the reservation: rare, and never silent."""
    detail = {"cost": str(from_steps(write.spend)), "estimate": str(from_steps(write.release))}
    return "ledger.overspend", write.id, orjson.dumps(detail).decode(), sql_time(datetime.now(UTC))


def reserve(accounts: LockedBudgets, writes: Sequence[Write], results: list[Result]) -> None:
    """Payments first: what they give back may serve a reservation of the same batch."""
    for write in writes:
        if write.settled is not None:
            accounts.pay(write.budgets, write.release, write.spend)
    for index, write in enumerate(writes):
        if write.record is not None and (refused := accounts.reserve(write.budgets, write.reserve)):
            results[index] = refused


def insert(cursor: Cursor, writes: Sequence[Write], results: list[Result]) -> None:
    written = [write for write, result in zip(writes, results, strict=True) if result is True]
    if records := [write.record for write in written if write.record is not None]:
        write_rows(cursor, sql.OPEN_RECORD, records)
    if attempts := [write.attempt for write in written if write.attempt is not None]:
        write_rows(cursor, sql.OPEN_ATTEMPT, attempts)
