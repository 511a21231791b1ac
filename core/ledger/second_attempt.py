"""The entry of an attempt beside the running one: reserved for apart, billed apart."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import TYPE_CHECKING

from core.contract.errors import PolyphonyError
from core.contract.events import Event, Outcome
from core.contract.requests import Request
from core.contract.route import Remainder, Target
from core.contract.usage import Usage
from core.ledger import rows
from core.ledger.attempts import OpenAttempt, StoppedAttempt
from core.ledger.metering import Meter
from core.ledger.store.batch import Write
from core.ledger.store.writer import Uncertain
from core.models.money import steps_rounded_up

if TYPE_CHECKING:
    from core.ledger.record import Record


class SecondAttempt:
    """Implements routing's `EntryLog` for one attempt of a record that has another one open.

    Once its content is first it is the record's running attempt.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.entry: OpenAttempt | None = None

    async def open(self, target: Target) -> int:
        """Store the attempt and reserve as much again as for the first one; its number.

        Raises `BudgetExceeded` or `Unavailable`: then nothing may be sent to it.
        """
        record = self.record
        number = len(record.attempts) + 2
        write = Write(record.id, attempt=rows.new_attempt(record.id, number, target), closed=record.unstored)
        more = steps_rounded_up(record.estimate or Decimal(0))
        if more:
            write.budgets, write.reserve, write.extended = record.grant.budgets, more, record.reserved + more
        entry = OpenAttempt(number, target, time.monotonic(), Meter())
        try:
            cancelled = await stored(record, write)
        except Uncertain as failure:  # its row may be there: it is closed with the settlement
            record.second = entry
            record.close_second(Outcome.FAILED, None, failure, sent=False)
            raise
        record.reserved, record.spare = record.reserved + more, more
        record.unstored = record.unstored[len(write.closed) :]
        entry.started = time.monotonic()
        self.entry = record.second = entry
        if cancelled is not None:
            record.close_second(Outcome.STOPPED, None, None, sent=False)
            raise cancelled
        return number

    async def close(
        self,
        outcome: Outcome,
        *,
        usage: Usage | None,
        error: PolyphonyError | None,
        sent: bool = False,
        remainder: Remainder | None = None,
    ) -> None:
        """End the attempt."""
        record = self.record
        if record.second is None:
            await record.close(outcome, usage=usage, error=error, sent=sent, remainder=remainder)
            return
        if remainder is not None:
            record.stopped.append(StoppedAttempt(record.second, remainder, outcome, sent, error))
        record.close_second(outcome, usage, error, sent)

    def first_event(self) -> None:
        """Its content is first: the other one is closed already."""
        record = self.record
        if self.entry is not None and record.second is self.entry:
            record.running, record.second = self.entry, None
            record.meter = self.entry.meter
        record.first_event()

    def note(self, event: Event) -> None:
        if self.entry is not None:
            self.entry.meter.note(event)

    def bounded(self, request: Request) -> Request:
        return self.record.bounded(request)


async def stored(record: Record, write: Write) -> asyncio.CancelledError | None:
    """Wait for the write even where the caller is cancelled, and say so: the reservation has to be known when
    the request is settled."""
    task = asyncio.ensure_future(record.writer.write(write))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    return cancelled
