"""The usage record of one request, from before its first attempt to its receipt."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import replace
from decimal import Decimal
from weakref import WeakSet

from core.contract.errors import BudgetExceeded, Interrupted, NotPermitted, PolyphonyError, Unavailable
from core.contract.events import AudioConverted, Event, Outcome, Receipt
from core.contract.requests import Request
from core.contract.route import Fallback, Remainder, Route, SkippedModel, Target
from core.contract.usage import Basis, Usage
from core.ledger import bill, rows
from core.ledger.attempts import BeforeFallback, OpenAttempt, StoppedAttempt, elapsed, milliseconds, read_on
from core.ledger.budgets import Payer
from core.ledger.estimates.candidates import UNPRICED, least, most, with_limits
from core.ledger.estimates.tasks import ESTIMATES, estimate, fitted, least_cost, second_request, within_budget
from core.ledger.metering import Meter
from core.ledger.second_attempt import SecondAttempt
from core.ledger.store.batch import Row, Write
from core.ledger.store.writer import LedgerWriter, Uncertain, writer
from core.models.ledger import LedgerState
from core.models.money import from_steps, steps_rounded_up

log = logging.getLogger("polyphony.ledger")


def open(grant: Payer, request: Request, route: Route) -> Record:
    """The record of one request; it is stored with its first attempt.

    Raises `NotPermitted` (`unpriced_model`) when a budget counts and a target has no price: a cost that
    cannot be estimated cannot be kept within a limit.
    """
    if grant.budgets:
        request = within_budget(request, route)
        route = with_limits(route) if route.fallbacks else route
    worst = most(request, route)
    if worst is None and grant.budgets:
        raise NotPermitted(
            f"{request.model} has no price, and your budget needs one.", param="model", code=UNPRICED
        )
    return Record(grant, request, route, worst)


live_records: WeakSet[Record] = WeakSet()
"""Records of this process that are still referenced: an open row of ours without one was lost."""


class Record:
    """Implements routing's `AttemptLog`. One asyncio task at a time uses it; `settle` ends it.

    `estimate` is the upper bound of the cost in USD, None where a target has no price. `meter` is the running
    attempt's; between attempts its counts are discarded.
    """

    def __init__(
        self,
        grant: Payer,
        request: Request,
        route: Route,
        estimate: Decimal | None,
        through: LedgerWriter = writer,
    ) -> None:
        self.id = f"gen-{int(time.time())}-{secrets.token_hex(10)}"
        self.grant = grant
        self.request = request
        self.attempt_request = request
        """The request that attempts are for: the second model's own, where there are two."""
        self.route = route
        self.estimate = estimate
        self.reserved = steps_rounded_up(estimate or Decimal(0))
        """Steps of money reserved in each budget."""
        self.shortened = False
        """Whether a budget had less left than was to be reserved."""
        self.before: BeforeFallback | None = None
        self.lost = 0
        """Steps that failed attempts owe for which nothing has been reserved beside the next one."""
        self.spare = 0
        """Steps reserved for a second attempt that are there for what both owe."""
        self.second: OpenAttempt | None = None
        """The attempt beside the running one."""
        self.hedged = False
        self.writer = through
        self.started = time.monotonic()
        self.first_content: float | None = None
        self.running: OpenAttempt | None = None
        self.meter = Meter()
        self.stored = False  # whether the database may have the record
        self.stored_model = ""
        """The model that the stored record names."""
        self.stored_skipped: tuple[SkippedModel, ...] = ()
        """What the stored record says was not asked."""
        self.delivered = False
        self.attempts: list[bill.ClosedAttempt] = []
        self.unstored: tuple[Row, ...] = ()
        """Rows of closed attempts, stored with the next write."""
        self.conversions: tuple[AudioConverted, ...] = ()
        """Of the audio of attempts that did not fail."""
        self.receipt: Receipt | None = None
        self.stopped: list[StoppedAttempt] = []
        self.error: PolyphonyError | None = None  # of the request
        self.cached: bill.CachedSource | None = None
        live_records.add(self)

    async def open(self, target: Target) -> int:
        """Store the attempt, the first one together with the record and its reservations; its number.

        Raises `BudgetExceeded` or `Unavailable`: then nothing may be sent.
        """
        await self.forget_remainders()
        number = len(self.attempts) + 1
        write = Write(self.id, attempt=rows.new_attempt(self.id, number, target), closed=self.unstored)
        was_stored = self.stored
        if not was_stored:
            write.record = self.record_row()
            write.budgets = self.grant.budgets
            write.reserve = self.reserved
            if self.grant.budgets and ESTIMATES[self.request.task].limited is not None:
                write.least = self.least
        elif self.route.model != self.stored_model:
            write.answering = rows.answering_model(self.id, self.route)
        if was_stored:
            write.skipped = self.skipped_row()
        owed = max(0, self.lost - self.spare) if was_stored else 0
        if owed:
            write.budgets, write.reserve, write.extended = self.grant.budgets, owed, self.reserved + owed
        self.meter = Meter()
        self.running = OpenAttempt(number, target, time.monotonic(), self.meter)
        # a cancelled wait or a failed commit may leave an open record: `settle` must then close it
        self.stored = True
        try:
            await self.writer.write(write)
        except (BudgetExceeded, Unavailable) as refusal:
            if not isinstance(refusal, Uncertain):
                self.stored, self.running = was_stored, None
            raise
        self.stored_model, self.stored_skipped = self.route.model, self.route.skipped
        if was_stored:
            self.reserved += owed
            self.spare, self.lost = max(0, self.spare - self.lost), 0
        elif write.granted < self.reserved:
            self.shorten(write.granted)
        self.unstored = self.unstored[len(write.closed) :]
        self.running.started = time.monotonic()
        return number

    def beside(self) -> SecondAttempt | None:
        """The log of one attempt beside the running one; None where the request has had one."""
        if self.hedged:
            return None
        self.hedged = True
        return SecondAttempt(self)

    def use_cached(self, source: str, provider: str) -> None:
        """The answer comes from the cache: nothing is reserved."""
        self.cached = bill.CachedSource(source, provider)
        self.grant = replace(self.grant, budgets=())  # type: ignore[type-var]
        self.estimate, self.reserved = Decimal(0), 0

    async def open_cached(self) -> None:
        """Store the record, without an attempt. Raises `Unavailable`: then nothing may be sent."""
        self.stored = True
        try:
            await self.writer.write(Write(self.id, record=self.record_row()))
        except Unavailable as refusal:
            self.stored = isinstance(refusal, Uncertain)
            raise
        self.stored_skipped = self.route.skipped
        self.first_content = time.monotonic()

    async def forget_remainders(self) -> None:
        """An attempt that is followed by another one is billed by what is known of it now."""
        while self.stopped:
            await self.stopped.pop().remainder.close()

    def shorten(self, granted: int) -> None:
        """Limit the answer to what was reserved."""
        self.shortened = True
        self.reserved, self.estimate = granted, from_steps(granted)
        self.request = self.attempt_request = fitted(self.request, self.route, self.estimate)

    def fall_back(self, fallback: Fallback) -> Request:
        """The attempts that follow are for another model; the request for it, within what was reserved."""
        self.before = BeforeFallback(
            self.route, self.request, self.attempt_request, self.estimate, self.lost, len(self.attempts)
        )
        self.route = replace(fallback.route, skipped=self.route.skipped)
        request = fallback.request
        if fallback.optional:
            cost = least_cost if self.shortened else estimate
            self.extend(cost(request, fallback.route))
        if self.grant.budgets and self.estimate is not None:
            request = fitted(request, fallback.route, self.estimate)
        self.request = self.attempt_request = request
        self.first_content = None
        return request

    def skip(self, skipped: SkippedModel) -> None:
        """An endpoint was full."""
        self.route = replace(self.route, skipped=(*self.route.skipped, skipped))

    def skipped_row(self) -> Row | None:
        """What was not asked, where the stored record does not say so."""
        found = self.route.skipped
        return None if found == self.stored_skipped else rows.changed_skipped(self.id, found)

    def extend(self, cost: Decimal | None) -> None:
        """Have the next attempt reserve what `cost` is above what is reserved already."""
        if cost is not None and self.estimate is not None and cost > self.estimate:
            self.lost += max(0, steps_rounded_up(cost) - self.reserved)
            self.estimate = cost

    def withdraw(self, skipped: SkippedModel) -> bool:
        """Be again as before the last `fall_back`, whose model is `skipped`; False once it has been asked."""
        if (before := self.before) is None or before.attempts != len(self.attempts):
            return False
        self.route = replace(before.route, skipped=(*self.route.skipped, skipped))
        self.request, self.attempt_request = before.request, before.attempt_request
        self.estimate, self.lost, self.before = before.estimate, before.lost, None
        return True

    def least(self) -> int:
        """Steps that are enough where a budget has less left: the answer then gets a shorter limit."""
        return steps_rounded_up(least(self.request, self.route) or Decimal(0))

    def bounded(self, request: Request) -> Request:
        """The request as it may be sent: where a budget pays, with the limit that was reserved for."""
        return request if ESTIMATES[request.task].limited is None else self.attempt_request

    async def close(
        self,
        outcome: Outcome,
        *,
        usage: Usage | None,
        error: PolyphonyError | None,
        sent: bool = False,
        remainder: Remainder | None = None,
    ) -> None:
        """End the running attempt; stored together with the next attempt or the settlement."""
        running, self.running = self.running, None
        self.meter = Meter()
        if running is None:
            return
        running.ended = time.monotonic()
        self.delivered = running.meter.delivered
        if remainder is not None:
            self.stopped.append(StoppedAttempt(running, remainder, outcome, sent, error))
        self.add_closed(running, outcome, usage, error, sent)

    def close_second(
        self, outcome: Outcome, usage: Usage | None, error: PolyphonyError | None, sent: bool
    ) -> None:
        """End the attempt beside the running one."""
        if (second := self.second) is not None:
            self.second, second.ended = None, time.monotonic()
            self.add_closed(second, outcome, usage, error, sent)

    def add_closed(
        self,
        running: OpenAttempt,
        outcome: Outcome,
        usage: Usage | None,
        error: PolyphonyError | None,
        sent: bool,
    ) -> None:
        """Bill an attempt that has ended, and note it for the receipt and the next write."""
        used = usage or running.meter.used
        if outcome not in (Outcome.FAILED, Outcome.OVERTAKEN):
            self.conversions = tuple(dict.fromkeys(self.conversions + running.meter.conversions))
        owed = self.bill_of(running, used, sent)
        note = running.note(outcome, error, owed)
        self.attempts.append(bill.ClosedAttempt(owed, note, running.target))
        row = rows.closed_attempt(self.id, note, owed, error, running.meter)
        self.unstored += (row,)
        if outcome is not Outcome.COMPLETED:
            self.lost += rows.steps(owed.cost) or 0

    def bill_of(self, running: OpenAttempt, used: Usage | None, sent: bool) -> bill.Bill:
        """The bill of an attempt that ends; the reserved amount where it cannot be computed."""
        try:
            return bill.of_attempt(used, running.meter, self.attempt_request, running.target, sent=sent)
        except Exception:
            log.exception("attempt %d of %s could not be billed", running.number, self.id)
        basis = Basis.UNPRICED if self.estimate is None else Basis.ESTIMATED
        return bill.Bill(LedgerState.ESTIMATED, self.estimate, basis)

    def first_event(self) -> None:
        """The running attempt's first content has come."""
        if self.running is not None and self.running.first_content is None:
            self.running.first_content = time.monotonic()
            self.first_content = self.first_content or self.running.first_content

    def note(self, event: Event) -> None:
        """Count an event as it passes."""
        self.meter.note(event)

    def next_request(self, request: Request) -> None:
        """The attempts that follow are for `request`, and the first content is theirs."""
        self.attempt_request = request
        if self.grant.budgets:
            self.attempt_request = second_request(self.request, request)
        self.first_content = None

    def outcome_of(self, failure: PolyphonyError) -> Outcome:
        """How a request ends that fails now: by whether content was delivered."""
        if isinstance(failure, Interrupted):
            return Outcome.INTERRUPTED
        delivered = self.running.meter.delivered if self.running else self.delivered
        return Outcome.PARTIAL if delivered else Outcome.FAILED

    async def settle(self, outcome: Outcome, error: PolyphonyError | None) -> Receipt:
        """Complete the record and release the reservation; a second call only returns the receipt.

        The write is queued before the first wait: cancelling the caller loses the receipt, never the
        settlement.
        """
        if self.receipt is not None:
            return self.receipt
        if self.running is not None:
            await self.close(outcome, usage=None, error=error)
        self.close_second(outcome, None, error, sent=False)
        owed = bill.cached() if self.cached else bill.of_request(self.attempts)
        self.receipt = self.make_receipt(outcome, owed)
        if self.stopped:
            self.error = error
            return self.receipt
        live_records.discard(self)
        if self.stored:
            await self.writer.write(self.settlement(self.receipt, owed, error))
        return self.receipt

    async def read_on(self, seconds: float) -> None:
        """Read what is left of answers, each for at most `seconds`, then complete the record with what they
        told. The caller has the receipt already, with what was known then."""
        stopped, self.stopped = self.stopped, []
        try:
            await read_on(stopped, seconds)
        finally:
            assert self.receipt is not None
            outcome, self.receipt = self.receipt.outcome, None
            for one in stopped:
                self.bill_again(one)
            await self.settle(outcome, self.error)

    def bill_again(self, stopped: StoppedAttempt) -> None:
        """Bill an attempt by all that its provider told."""
        number = stopped.attempt.number
        self.attempts = [one for one in self.attempts if one.note.number != number]
        self.unstored = tuple(row for row in self.unstored if row[-1] != number)
        told = stopped.attempt.meter.used or stopped.remainder.told()
        self.add_closed(stopped.attempt, stopped.outcome, told, stopped.failure, stopped.sent)

    @property
    def charged(self) -> bool:
        """Whether an attempt that has ended was charged, or may have been."""
        return any(attempt.bill.state != LedgerState.RELEASED for attempt in self.attempts)

    def settlement(self, receipt: Receipt, owed: bill.Bill, error: PolyphonyError | None) -> Write:
        return Write(
            self.id,
            closed=self.unstored,
            skipped=self.skipped_row(),
            settled=rows.settled_record(receipt, owed, error),
            budgets=self.grant.budgets,
            release=self.reserved,
            spend=rows.steps(owed.cost) or 0,
        )

    def make_receipt(self, outcome: Outcome, owed: bill.Bill) -> Receipt:
        answering = [one for one in self.attempts if one.note.outcome is not Outcome.OVERTAKEN]
        last = answering[-1].target if answering else None
        provider = self.cached.provider if self.cached else ""
        return Receipt(
            id=self.id,
            outcome=outcome,
            model=self.route.model,
            provider=last.provider if last else provider,
            amounts=owed.amounts,
            cost=owed.cost,
            basis=owed.basis,
            first_event_ms=elapsed(self.started, self.first_content),
            total_ms=milliseconds(self.started, time.monotonic()),
            format=ESTIMATES[self.request.task].format(self.request, last),
            then=self.route.then.model if self.route.then else "",
            voice=(last.voice if last else None) or "",
            attempts=tuple(sorted((one.note for one in self.attempts), key=lambda note: note.number)),
            conversions=self.conversions,
            changed=self.route.changed,
            cached_from=self.cached.id if self.cached else "",
            skipped=self.route.skipped,
        )

    def record_row(self) -> Row:
        reserved = None if self.estimate is None else self.reserved
        source = self.cached.id if self.cached else None
        return rows.new_record(self.id, self.grant, self.request, self.route, reserved, source)
