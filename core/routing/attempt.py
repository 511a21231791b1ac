"""One try at one target: upstream first closed, then written down, whatever ends it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Self, get_args

from core.contract.errors import PolyphonyError, UpstreamInvalid, UpstreamTimeout
from core.contract.events import Content, Event, Outcome, Started, Used
from core.contract.requests import Request
from core.contract.route import Target
from core.providers.patience import Patience
from core.routing.attempts import Attempts

CONTENT = frozenset(get_args(Content))
Answering = Callable[[Target, Request], AsyncGenerator[Event, None]]


class Attempt:
    """`async with` it while its events are read, their source closed within; then how it went: `error` None
    is success, `committed` says that content was delivered, `silent` that none came within `first_event`
    seconds. A failure of the provider ends the block without being raised.
    """

    __slots__ = (
        "_attempts",
        "_patience",
        "_spared",
        "committed",
        "error",
        "number",
        "silent",
        "target",
        "used",
        "waiting",
    )

    def __init__(
        self, target: Target, attempts: Attempts, patience: Patience, first_event: float | None = None
    ) -> None:
        self.target = target
        self.number = 0
        self.committed = False
        self.error: PolyphonyError | None = None
        self.used: Used | None = None
        self.silent = False
        self._attempts = attempts
        self._patience = patience
        self._spared = 0.0 if first_event is None else max(patience.left - first_event, 0.0)

    async def __aenter__(self) -> Self:
        """Write it down. Raises what `open` raises."""
        self.number = await self._attempts.open(self.target)
        self.waiting = self._patience.at_most(self._patience.left - self._spared)
        return self

    def note(self, event: Event) -> Started | None:
        """What goes before `event`, which is the first content; None before anything else.

        Asked until then only: afterwards it would cost every delta.
        """
        began = None
        if type(event) in CONTENT:
            self.committed, self._spared = True, 0.0
            self._attempts.first_event()
            began = Started(self.target.provider_name, self.target.model, self.number)
        self.waiting = self._patience.at_most(self._patience.left - self._spared)
        return began

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Write down how it ended. What is no failure of the provider's goes on being raised."""
        if isinstance(error, TimeoutError):
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

    def _late(self) -> UpstreamTimeout:
        """What waiting in vain means: `silent` where another target could be asked instead."""
        self.silent = self._spared > 0
        return UpstreamTimeout(
            "The provider brought nothing in time."
            if self.silent
            else "The answer took longer than the deadline."
        )

    def _failed(self) -> Outcome:
        return Outcome.PARTIAL if self.committed else Outcome.FAILED
