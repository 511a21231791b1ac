"""One try at one target: upstream first closed, then written down, whatever ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Self, get_args

from core.contract.errors import PolyphonyError, UpstreamInvalid, UpstreamTimeout
from core.contract.events import Content, Event, Outcome, Started, Used
from core.contract.requests import Request
from core.contract.route import Target
from core.providers.shared.deadline import Deadline, DeadlineTimer
from core.routing.attempts import AttemptLog

CONTENT = frozenset(get_args(Content))
Answering = Callable[[Target, Request], AsyncGenerator[Event, None]]


class RunningAttempt:
    """`async with` it while its events are read, their source closed within; then how it went: `error` None
    is success, `committed` says that content was delivered, `silent` that none came within `first_event`
    seconds. A failure of the provider ends the block without being raised. One task reads; whenever it
    waits it says so to `waiting`.
    """

    __slots__ = (
        "_attempts",
        "_cancelling",
        "_rung",
        "_task",
        "committed",
        "error",
        "number",
        "silent",
        "target",
        "used",
        "waiting",
    )

    def __init__(
        self, target: Target, attempts: AttemptLog, patience: Deadline, first_event: float | None = None
    ) -> None:
        self.target = target
        self.number = 0
        self.committed = False
        self.error: PolyphonyError | None = None
        self.used: Used | None = None
        self.silent = False
        spared = 0.0 if first_event is None else max(patience.left - first_event, 0.0)
        self.waiting = DeadlineTimer(patience, self._ring, spared=spared)
        self._attempts = attempts
        self._rung = False

    async def __aenter__(self) -> Self:
        """Write it down. Raises what `open` raises."""
        self.number = await self._attempts.open(self.target)
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task else 0
        self.waiting.__enter__()
        return self

    def note(self, event: Event) -> Started | None:
        """What goes before `event`, which is the first content; None before anything else.

        Asked until then only: afterwards it would cost every delta.
        """
        if type(event) not in CONTENT:
            return None
        self.committed, self.waiting.spared = True, 0.0
        self._attempts.first_event()
        return Started(self.target.provider_name, self.target.model, self.number)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Write down how it ended. What is no failure of the provider's goes on being raised."""
        self.waiting.__exit__()
        if isinstance(error, TimeoutError) or (isinstance(error, asyncio.CancelledError) and self._rang()):
            self.error = self._late()
        elif isinstance(error, PolyphonyError):
            self.error = error
        elif isinstance(error, Exception):
            failed = PolyphonyError("The adapter failed.")
            await self._attempts.close(self._failed(), usage=None, error=failed)
            return False
        elif error is not None:
            await self._attempts.close(Outcome.STOPPED, usage=None, error=None)
            return False
        elif self.used is None:
            self.error = UpstreamInvalid("The answer was cut short.", code="upstream_truncated")
        outcome = Outcome.COMPLETED if self.error is None else self._failed()
        await self._attempts.close(outcome, usage=self.used.usage if self.used else None, error=self.error)
        return True

    def _ring(self) -> None:
        """The wait under way is too long: end it."""
        if self._task is not None:
            self._rung = True
            self._task.cancel()

    def _rang(self) -> bool:
        """Whether it was we who cancelled, and nobody else."""
        return self._rung and self._task is not None and self._task.uncancel() <= self._cancelling

    def _late(self) -> UpstreamTimeout:
        """What waiting in vain means: `silent` where another target could be asked instead."""
        self.silent = self.waiting.spared > 0
        return UpstreamTimeout(
            "The provider brought nothing in time."
            if self.silent
            else "The answer took longer than the deadline."
        )

    def _failed(self) -> Outcome:
        return Outcome.PARTIAL if self.committed else Outcome.FAILED
