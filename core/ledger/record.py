"""One request in the books, from before its first attempt to its receipt."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Protocol
from weakref import WeakSet

import orjson

from core.contract.chat import ChatRequest, Modality
from core.contract.errors import BudgetExceeded, Interrupted, NotPermitted, PolyphonyError, Unavailable
from core.contract.events import AttemptNote, Event, Outcome, Receipt
from core.contract.requests import Caller, Request
from core.contract.route import Route, Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Price, Usage
from core.ledger import bill, metering, pricing
from core.ledger.budgets import moment
from core.ledger.estimates import transcription
from core.ledger.store import heartbeat
from core.ledger.store.batch import Row, Write
from core.ledger.store.writer import Uncertain, Writer, writer
from core.models.money import SCALE


class Allowance(Protocol):
    """What the ledger needs to know of a grant."""

    @property
    def caller(self) -> Caller: ...
    @property
    def team_id(self) -> int | None: ...
    @property
    def budgets(self) -> tuple[int, ...]: ...


@dataclass(slots=True)
class Running:
    """The attempt under way; times are monotonic seconds."""

    number: int
    target: Target
    started: float
    meter: metering.Meter
    first: float | None = None


def open(grant: Allowance, request: Request, route: Route) -> Entry:
    """An entry for one request; nothing is written before its first attempt.

    Raises `NotPermitted` (`unpriced_model`) when a budget counts and a target has no price: what cannot
    be estimated cannot be kept within a limit.
    """
    worst = estimate(request, route)
    if worst is None and grant.budgets:
        raise NotPermitted(
            f"{request.model} has no price, and your budget needs one.", param="model", code="unpriced_model"
        )
    return Entry(grant, request, route, worst)


def estimate(request: Request, route: Route, at: datetime | None = None) -> Decimal | None:
    """The most a request can cost at the dearest of its targets, and at those of a second model it goes on
    to; None when one of them has no price."""
    now = at or datetime.now(UTC)
    first = dearest(route.targets, lambda target, line: metering.most(request, target, line), now)
    if route.then is None or first is None or isinstance(request, SpeechRequest | ChatRequest):
        return first
    then = dearest(route.then.targets, lambda target, line: transcription.passed_on(request, line), now)
    return None if then is None else first + then


def dearest(
    targets: Sequence[Target], most: Callable[[Target, pricing.Line], Decimal], now: datetime
) -> Decimal | None:
    worst = Decimal(0)
    for target in targets:
        bound = pricing.bound(lambda line, at=target: most(at, line), target.prices, now)
        if bound is None:
            return None
        worst = max(worst, bound)
    return worst


living: WeakSet[Entry] = WeakSet()
"""Entries that somebody still holds: an open record of ours without one has been lost."""


class Entry:
    """Implements routing's `AttemptLog`. One task at a time uses it; `settle` ends it.

    `meter` counts for the running attempt; between attempts, for nobody.
    """

    def __init__(
        self,
        grant: Allowance,
        request: Request,
        route: Route,
        worst: Decimal | None,
        through: Writer = writer,
    ) -> None:
        self.id = f"gen-{int(time.time())}-{draw()}"
        self.grant = grant
        self.request = request
        self.asked = request
        self.route = route
        self.worst = worst
        self.reserved = whole_steps(worst or Decimal(0))
        """Steps put aside in each budget."""
        self.writer = through
        self.started = time.monotonic()
        self.first: float | None = None
        self.running: Running | None = None
        self.meter = metering.Meter()
        self.written = False
        self.delivered = False
        self.attempts: list[bill.Closed] = []
        self.unsent: tuple[Row, ...] = ()
        self.receipt: Receipt | None = None
        living.add(self)

    async def open(self, target: Target) -> int:
        """Make the attempt durable, with the record and its reservations the first time; its number.

        Raises `BudgetExceeded` or `Unavailable`: then nothing may be sent.
        """
        number = len(self.attempts) + 1
        write = Write(self.id, attempt=self.attempt_row(number, target), closed=self.unsent)
        known = self.written
        if not known:
            write.record = self.record_row()
            write.budgets = self.grant.budgets
            write.reserve = self.reserved
        self.meter = metering.Meter()
        self.running = Running(number, target, time.monotonic(), self.meter)
        # a wait that is cancelled, or fails in the commit, may have left an open record: settling finds out
        self.written = True
        try:
            await self.writer.submit(write)
        except (BudgetExceeded, Unavailable) as refused:
            if not isinstance(refused, Uncertain):
                self.written, self.running = known, None
            raise
        self.unsent = self.unsent[len(write.closed) :]
        self.running.started = time.monotonic()
        return number

    async def close(self, outcome: Outcome, *, usage: Usage | None, error: PolyphonyError | None) -> None:
        """End the running attempt; written together with the next attempt or the settlement."""
        running, self.running = self.running, None
        self.meter = metering.Meter()
        if running is None:
            return
        used = usage or running.meter.used
        self.delivered = running.meter.delivered
        owed = bill.of_attempt(used, running.meter, self.asked, running.target, datetime.now(UTC))
        note = AttemptNote(
            running.number,
            running.target.provider,
            running.target.model,
            outcome,
            error.status if error else None,
            error.message if error else "",
            milliseconds(running.started, time.monotonic()),
            owed.cost,
            owed.basis,
        )
        self.attempts.append(bill.Closed(owed, note, running.target))
        self.unsent += (self.closing_row(running, note, owed, error),)

    def first_event(self) -> None:
        """The running attempt's first content has come."""
        if self.running is not None and self.running.first is None:
            self.running.first = time.monotonic()
            self.first = self.first or self.running.first

    def note(self, event: Event) -> None:
        """Count an event as it passes."""
        self.meter.note(event)

    def next_request(self, request: Request) -> None:
        """The attempts that follow are for `request`; the first content is theirs to bring."""
        self.asked = request
        self.first = None

    def failed(self, failure: PolyphonyError) -> Outcome:
        """What a failure makes of the request, by what had been delivered."""
        if isinstance(failure, Interrupted):
            return Outcome.INTERRUPTED
        delivered = self.running.meter.delivered if self.running else self.delivered
        return Outcome.PARTIAL if delivered else Outcome.FAILED

    async def settle(self, outcome: Outcome, error: PolyphonyError | None) -> Receipt:
        """Complete the record and give the reservation back, once; the receipt, also the second time.

        Queued before the first wait: a cancelled caller loses the receipt, never the settlement.
        """
        if self.receipt is not None:
            return self.receipt
        if self.running is not None:
            await self.close(outcome, usage=None, error=error)
        owed = bill.of_request(self.attempts)
        self.receipt = self.make_receipt(outcome, owed)
        living.discard(self)
        if self.written:
            await self.writer.submit(self.settlement(self.receipt, owed, error))
        return self.receipt

    def settlement(self, receipt: Receipt, owed: bill.Bill, error: PolyphonyError | None) -> Write:
        settled = (
            *bill.row(owed, receipt.outcome),
            error.status if error else 200 if receipt.outcome is Outcome.COMPLETED else None,
            receipt.first_event_ms,
            receipt.provider[:60],
            error.provider_code[:60] if error else "",
            receipt.format.removesuffix("_json"),  # the column is as narrow as the names of sound formats
            receipt.total_ms,
            self.id,
        )
        return Write(
            self.id,
            closed=self.unsent,
            settled=settled,
            budgets=self.grant.budgets,
            release=self.reserved,
            spend=bill.steps(owed.cost) or 0,
        )

    def make_receipt(self, outcome: Outcome, owed: bill.Bill) -> Receipt:
        last = self.attempts[-1].target if self.attempts else None
        return Receipt(
            id=self.id,
            outcome=outcome,
            model=self.route.model,
            provider=last.provider if last else "",
            amounts=owed.amounts,
            cost=owed.cost,
            basis=owed.basis,
            first_event_ms=None if self.first is None else milliseconds(self.started, self.first),
            total_ms=milliseconds(self.started, time.monotonic()),
            format=sound_or_text_format(self.request, last),
            then=self.route.then.model if self.route.then else "",
            attempts=tuple(attempt.note for attempt in self.attempts),
        )

    def record_row(self) -> Row:
        caller = self.grant.caller
        return (
            self.id,
            caller.user_id,
            self.grant.team_id,
            caller.key_id,
            str(caller.source),
            str(self.request.task),
            self.route.model[:160],
            self.request.streamed,
            None if self.worst is None else min(self.reserved, bill.LARGEST),
            orjson.dumps(self.grant.budgets).decode(),
            moment(datetime.now(UTC)),
            heartbeat.token(),
        )

    def attempt_row(self, number: int, target: Target) -> Row:
        prices = orjson.dumps([version(price) for price in target.prices]).decode()
        now = moment(datetime.now(UTC))
        return self.id, number, target.endpoint_id, target.provider[:60], target.model[:200], prices, now

    def closing_row(
        self, running: Running, note: AttemptNote, owed: bill.Bill, error: PolyphonyError | None
    ) -> Row:
        return (
            *bill.row(owed, note.outcome),
            note.status,
            None if running.first is None else milliseconds(running.started, running.first),
            # the error's name, not its sentence: providers quote the input in theirs
            error.provider_code[:300] if error else "",
            note.duration_ms,
            self.id,
            running.number,
        )


drawn: list[str] = []
if hasattr(os, "register_at_fork"):  # a child must not draw what its parent draws
    os.register_at_fork(after_in_child=drawn.clear)


def draw() -> str:
    """Twenty random digits. From a stock: each call of the kernel's would hand the interpreter on."""
    if not drawn:
        stock = secrets.token_hex(10 * 256)
        drawn.extend(stock[at : at + 20] for at in range(0, len(stock), 20))
    return drawn.pop()


def whole_steps(amount: Decimal) -> int:
    """An amount of USD in the books' steps, rounded up."""
    return int((amount * SCALE).to_integral_value(rounding=ROUND_CEILING))


def sound_or_text_format(request: Request, last: Target | None) -> str:
    """What was asked for in the end; a conversation without sound has no format."""
    if isinstance(request, ChatRequest) and Modality.AUDIO not in request.modalities:
        return ""
    return str((last.format if last else None) or request.format)


def version(price: Price) -> dict[str, object]:
    """A price row as it was when the attempt began."""
    line = {"id": price.id, "name": price.name, "usd_per_unit": format(price.usd_per_unit, "f")}
    return {**line, "condition": dict(price.condition)} if price.condition else line


def milliseconds(start: float, end: float) -> int:
    return max(0, round((end - start) * 1000))
