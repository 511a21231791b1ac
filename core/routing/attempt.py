"""One attempt at one target, and the log that has an entry for each."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from types import TracebackType
from typing import NamedTuple, Protocol, Self, get_args

from core.contract.errors import (
    PolyphonyError,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from core.contract.events import Content, Event, Outcome, Started, Used
from core.contract.requests import Request
from core.contract.route import Fallback, Remainder, Sending, SkippedModel, Target
from core.contract.usage import Usage
from core.providers.shared.waits.deadline import Deadline, DeadlineTimer

CONTENT = frozenset(get_args(Content))
REFUSALS = (UpstreamDenied, UpstreamFailed, UpstreamLimited, UpstreamRefused)
"""By these the provider says that it did not do the work, wherever in its answer they were found."""


class EntryLog(Protocol):
    """Entries for upstream calls, one at a time: for each `open`, then `first_event` if there is one, then
    `close`."""

    async def open(self, target: Target) -> int:
        """Store the next attempt durably, before its call leaves, and return its number from 1.

        Raises `BudgetExceeded`.
        """
        ...

    async def close(
        self,
        outcome: Outcome,
        *,
        usage: Usage | None,
        error: PolyphonyError | None,
        sent: bool = False,
        remainder: Remainder | None = None,
    ) -> None:
        """End the running attempt; its upstream is closed already. A `remainder` may still tell its usage,
        and is the log's to read or close. `usage` is None if none was reported.

        `sent`: the provider has the whole request and did not refuse it, so it may bill it.
        """
        ...

    def note(self, event: Event) -> None:
        """Count an event of the running attempt that is not passed on to the caller."""
        ...

    def first_event(self) -> None:
        """Note that the first content event of the running attempt has arrived."""
        ...


class AttemptLog(EntryLog, Protocol):
    """The running request's attempts: an entry for each upstream call, at one time another one beside it."""

    def beside(self) -> EntryLog | None:
        """The log of one attempt beside the running one; None where the request has had one. When its content
        is first, the other one's entry is closed before `first_event`."""
        ...

    def next_request(self, request: Request) -> None:
        """The attempts that follow are for `request`: another model goes on with the results so far."""
        ...

    def fall_back(self, fallback: Fallback) -> Request:
        """The attempts that follow are for another model; the request for it, as it may be sent."""
        ...

    def withdraw(self, skipped: SkippedModel) -> bool:
        """Take back the last `fall_back`, whose model is skipped; false where an attempt was made at it."""
        ...

    def skip(self, skipped: SkippedModel) -> None:
        """Note an endpoint that is not asked."""
        ...

    def bounded(self, request: Request) -> Request:
        """The request as it may be sent: its answer no longer than what has been reserved for."""
        ...


class FirstEventLimit(NamedTuple):
    """Seconds to the first content, None for no limit but the deadline.

    `after_upload`: they begin again with each piece of the request that the provider takes. `answered`: the
    beginning of an answer is enough, as the content of one in one piece comes last.
    """

    seconds: float | None = None
    after_upload: bool = False
    answered: bool = False


NO_LIMIT = FirstEventLimit()


class RunningAttempt:
    """A context manager around reading the events of one attempt; their source is closed within it.

    Afterwards `error` is None on success, `committed` is true where content was delivered, and `silent` where
    none arrived within `limit` and another target could be tried. A failure of the provider ends the block
    without being raised. One task reads; it waits between the timer's `start` and `stop` only.
    """

    __slots__ = (
        "_cancelling",
        "_expired",
        "_limit",
        "_log",
        "_task",
        "committed",
        "error",
        "number",
        "overtaken",
        "sending",
        "silent",
        "target",
        "timer",
        "used",
    )

    def __init__(
        self,
        target: Target,
        log: EntryLog,
        deadline: Deadline,
        limit: FirstEventLimit = NO_LIMIT,
    ) -> None:
        self.sending = Sending()
        self.target = replace(target, sending=self.sending)
        self.number = 0
        self.committed = False
        self.error: PolyphonyError | None = None
        self.used: Used | None = None
        self.silent = False
        self.overtaken = False
        reserved = 0.0 if limit.seconds is None else max(deadline.left - limit.seconds, 0.0)
        self.timer = DeadlineTimer(deadline, self._expire, reserved=reserved)
        self._log = log
        self._limit = limit
        self._expired = False

    async def __aenter__(self) -> Self:
        """Open its entry in the log. Raises what `AttemptLog.open` raises."""
        self.number = await self._log.open(self.target)
        self.take_over()
        self.timer.__enter__()
        return self

    def take_over(self) -> None:
        """The task that calls this reads from now on."""
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task else 0

    def note(self, event: Event) -> Started | None:
        """The `Started` that goes before `event`, if that is the first content; None otherwise.

        To be called until then only: afterwards the call would cost every delta.
        """
        if type(event) not in CONTENT:
            return None
        self.committed, self.timer.reserved = True, 0.0
        self._log.first_event()
        return Started(self.target.provider_name, self.target.model, self.number)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Close the entry in the log. What is no failure of the provider is raised further."""
        self.timer.__exit__()
        if isinstance(error, TimeoutError) or (
            isinstance(error, asyncio.CancelledError) and self._cancelled_by_timer()
        ):
            self.error = self._timeout()
        elif isinstance(error, PolyphonyError):
            self.error = error
        elif isinstance(error, Exception):
            failed = PolyphonyError("The adapter failed.")
            await self._log.close(self._failed(), usage=self._usage(), error=failed, sent=self.sending.left)
            return False
        elif error is not None:
            remainder, sent = self.sending.remainder, self.sending.left
            outcome = Outcome.OVERTAKEN if self.overtaken else Outcome.STOPPED
            await self._log.close(outcome, usage=self._usage(), error=None, sent=sent, remainder=remainder)
            return False
        elif self.used is None:
            self.error = UpstreamInvalid("The answer was cut short.", code="upstream_truncated")
        outcome = Outcome.COMPLETED if self.error is None else self._failed()
        sent = self.sending.left and not isinstance(self.error, REFUSALS)
        await self._log.close(
            outcome, usage=self._usage(), error=self.error, sent=sent, remainder=await self._remainder()
        )
        return True

    async def _remainder(self) -> Remainder | None:
        """What the provider may still tell of the last attempt; closed where another one may follow."""
        remainder = self.sending.remainder
        if remainder is None or self.committed or self.error is None:
            return remainder
        await remainder.close()
        return None

    def _usage(self) -> Usage | None:
        """What the provider reported: at the end, with its error or until it was stopped."""
        if self.used is not None:
            return self.used.usage
        return (self.error.usage if self.error else None) or self.sending.told

    def _expire(self) -> None:
        """Cancel the current wait, which has become too long, unless the provider has shown life."""
        if (more := self._more()) > 0:
            self.timer.extend(more)
        elif self._task is not None:
            self._expired = True
            self._task.cancel()

    def _more(self) -> float:
        """Seconds for which the first content may still be awaited, now that its time is over."""
        seconds, after_upload, answered = self._limit
        if seconds is None or self.timer.reserved <= 0:
            return 0.0
        if answered and self.sending.answered:
            return float("inf")
        return self.sending.moved + seconds - monotonic() if after_upload else 0.0

    def _cancelled_by_timer(self) -> bool:
        """Whether the timer, and nothing else, cancelled the task."""
        return self._expired and self._task is not None and self._task.uncancel() <= self._cancelling

    def _timeout(self) -> UpstreamTimeout:
        """The error of a wait that took too long; sets `silent` where another target can be tried instead."""
        self.silent = self.timer.reserved > 0
        return UpstreamTimeout(
            "The provider brought nothing in time."
            if self.silent
            else "The answer took longer than the deadline."
        )

    def _failed(self) -> Outcome:
        return Outcome.PARTIAL if self.committed else Outcome.FAILED
