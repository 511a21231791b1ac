"""One transaction of the ledger: the writes of several requests, stored together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from core.contract.errors import BudgetExceeded
from core.ledger.budgets import LockedBudgets, Raced
from core.ledger.store import statements as sql
from core.ledger.store.transaction import Cursor, write_rows, write_transaction
from core.models.money import from_steps

Row = tuple[Any, ...]
Result = bool | BudgetExceeded
"""True: stored. False: nothing changed, the record was final. `BudgetExceeded`: nothing changed, refused."""


@dataclass(slots=True)
class Write:
    """One write of one request; rows are in the column order of `statements`.

    `record` and `attempt` are inserted, `closed` and `settled` complete rows that are still open. Money is in
    steps: a new record reserves `reserve` in `budgets`, a settled one releases `release` and spends `spend`.
    Another attempt may reserve `reserve` more; `extended` is what the record has reserved with it. Where a
    budget has less left, a new record is content with what `least` returns, which is not computed before;
    `granted` is what was reserved for it. `answering` changes the model of a record: another one is asked,
    and `skipped` what it says was not.
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
    extended: int | None = None
    answering: Row | None = None
    skipped: Row | None = None
    least: Callable[[], int] | None = None
    granted: int = 0

    def fit(self, room: int | None) -> int:
        """What is to be reserved where so much is left; None where no budget counts."""
        self.granted = self.reserve
        if self.least is not None and room is not None and room < self.reserve:
            self.granted = max(self.least(), room)
        return self.granted

    @property
    def opened(self) -> Row | None:
        """The new record with what was reserved for it."""
        if self.record is None or self.least is None:
            return self.record
        return (*self.record[: sql.ESTIMATE], self.granted, *self.record[sql.ESTIMATE + 1 :])


def apply(writes: Sequence[Write]) -> list[Result]:
    """Commit `writes` in one transaction of this thread's connection; the result of each.

    Lock order: budgets in ascending id, then records in ascending id. Raises `Raced` when the batch met
    a settled record: nothing is stored then, and the caller
    repeats the writes one by one.
    """
    with write_transaction() as cursor:
        ids = [id for write in writes for id in write.budgets]
        budgets = LockedBudgets(cursor, ids, datetime.now(UTC))
        results: list[Result] = [True] * len(writes)
        if not settle(cursor, writes):
            if len(writes) > 1:
                raise Raced
            return [False]
        reserve(budgets, writes, results)
        insert(cursor, writes, results)
        budgets.store()
    return results


def settle(cursor: Cursor, writes: Sequence[Write]) -> bool:
    """Complete attempts and records; False when a record was not open any more."""
    ordered = sorted(writes, key=by_id)
    if skipped := [write.skipped for write in ordered if write.skipped is not None]:
        write_rows(cursor, sql.CHANGE_SKIPPED, skipped)
    settled = [write.settled for write in ordered if write.settled is not None]
    if write_rows(cursor, sql.SETTLE_RECORD, settled) != len(settled):
        return False
    if closed := [row for write in writes for row in write.closed]:
        write_rows(cursor, sql.CLOSE_ATTEMPT, closed)
    if overspends := [overspend(write) for write in writes if write.budgets and write.spend > write.release]:
        write_rows(cursor, sql.OVERSPEND, overspends)
    return True


def by_id(write: Write) -> str:
    return write.id


def overspend(write: Write) -> Row:
    """The audit event of a cost above its estimate, which its reservation did not cover."""
    detail = {"cost": str(from_steps(write.spend)), "estimate": str(from_steps(write.release))}
    return "ledger.overspend", write.id, orjson.dumps(detail).decode(), sql.sql_time(datetime.now(UTC))


def reserve(budgets: LockedBudgets, writes: Sequence[Write], results: list[Result]) -> None:
    """Settlements first: what they release may cover a reservation of the same batch."""
    for write in writes:
        if write.settled is not None:
            budgets.pay(write.budgets, write.release, write.spend)
    for index, write in enumerate(writes):
        if write.record is None and not write.reserve:
            continue
        if refused := budgets.reserve(write.budgets, write.fit(budgets.room(write.budgets))):
            results[index] = refused


def insert(cursor: Cursor, writes: Sequence[Write], results: list[Result]) -> None:
    written = [write for write, result in zip(writes, results, strict=True) if result is True]
    if records := [row for write in written if (row := write.opened) is not None]:
        write_rows(cursor, sql.OPEN_RECORD, records)
    if extended := [(write.extended, write.id) for write in written if write.extended is not None]:
        write_rows(cursor, sql.EXTEND_RECORD, extended)
    if answering := [write.answering for write in written if write.answering is not None]:
        write_rows(cursor, sql.CHANGE_MODEL, answering)
    if attempts := [write.attempt for write in written if write.attempt is not None]:
        write_rows(cursor, sql.OPEN_ATTEMPT, attempts)
