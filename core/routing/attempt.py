"""One try at one target: upstream first closed, then written down, whatever ends it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import get_args

from core.contract.errors import PolyphonyError, UpstreamInvalid, UpstreamTimeout
from core.contract.events import Content, Event, Outcome, Started, Used
from core.contract.requests import Request
from core.contract.route import Target
from core.providers.patience import Patience
from core.routing.attempts import Attempts

CONTENT = frozenset(get_args(Content))
Answering = Callable[[Target, Request], AsyncGenerator[Event, None]]


class Attempt:
    """Its events, then how it went: `error` None is success, `committed` says that content was delivered,
    `silent` that none came within `first_event` seconds.
    """

    __slots__ = ("_attempts", "_patience", "_spared", "committed", "error", "number", "silent", "target")

    def __init__(
        self, target: Target, attempts: Attempts, patience: Patience, first_event: float | None = None
    ) -> None:
        self.target = target
        self.number = 0
        self.committed = False
        self.error: PolyphonyError | None = None
        self._attempts = attempts
        self._patience = patience
        self.silent = False
        self._spared = 0.0 if first_event is None else max(patience.left - first_event, 0.0)

    async def events(self, answer: Answering, request: Request) -> AsyncGenerator[Event, None]:
        """`Started`, content, `Used`; failures are kept in `error`. Raises what `open` raises."""
        self.number = await self._attempts.open(self.target)
        used = None
        try:
            waiting = self._patience.at_most(self._patience.left - self._spared)
            async with aclosing(answer(self.target, request)) as source:
                while True:
                    # waited for right here: a coroutine around the wait would cost every delta
                    try:
                        with waiting:
                            event = await anext(source)
                    except StopAsyncIteration:
                        break
                    if type(event) is Used:
                        used = event
                        break
                    if not self.committed:
                        if type(event) in CONTENT:
                            self.committed, self._spared = True, 0.0
                            self._attempts.first_event()
                            yield Started(self.target.provider_name, self.target.model, self.number)
                        waiting = self._patience.at_most(self._patience.left - self._spared)
                    yield event
            if used is None:
                self.error = UpstreamInvalid("The answer was cut short.", code="upstream_truncated")
        except TimeoutError:
            self.error = self._late()
        except PolyphonyError as error:
            self.error = error
        except Exception:
            await self._attempts.close(
                self._failed(), usage=None, error=PolyphonyError("The adapter failed.")
            )
            raise
        except BaseException:
            await self._attempts.close(Outcome.STOPPED, usage=None, error=None)
            raise
        outcome = Outcome.COMPLETED if self.error is None else self._failed()
        await self._attempts.close(outcome, usage=used.usage if used else None, error=self.error)
        if used:
            yield used

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
