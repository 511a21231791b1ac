"""How long we wait for others: only waiting counts, never the time our own reader takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar
from weakref import ref

T = TypeVar("T")
RESOLUTION = 0.005
"""Seconds, at least, between two looks at a wait."""


class Patience:
    """A stock of seconds that is used up by waiting; paced listeners cost none of it.

    One timer serves all waits and is only set again when it rings: a timeout of its own for every chunk
    would cost more than the rest of a chunk's way. One task at a time waits.
    """

    __slots__ = (
        "__weakref__",
        "_at_most",
        "_cancelling",
        "_loop",
        "_rings_at",
        "_rung",
        "_started",
        "_task",
        "_timer",
        "_until",
        "left",
    )

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        self._until = self._rings_at = self._started = self._at_most = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rung = False
        self._cancelling = 0

    def __del__(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def wait(self, what: Awaitable[T], at_most: float) -> T:
        """The result of `what`. Raises TimeoutError after `at_most` seconds, or when the stock is used up."""
        with self.at_most(at_most):
            return await what

    def at_most(self, seconds: float) -> Self:
        """`with patience.at_most(5): await …` is `wait` without a coroutine of its own around every wait."""
        self._at_most = seconds
        return self

    def __enter__(self) -> None:
        self._started = started = monotonic()
        self._until = until = started + (self.left if self.left < self._at_most else self._at_most)
        # a loop that is named is not looked for, which would cost a system call
        self._loop = loop = self._loop or asyncio.get_running_loop()
        self._task = asyncio.current_task(loop)
        if self._timer is None or self._rings_at > until:
            self._set(until, until - started)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        rung, self._rung = self._rung, False
        self.left -= monotonic() - self._started
        mine = rung and task is not None and kind is asyncio.CancelledError
        if mine and task is not None and task.uncancel() <= self._cancelling:
            raise TimeoutError from None

    def _set(self, at: float, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = at
        # a timer must not keep alive what nobody holds any more
        self._timer = asyncio.get_running_loop().call_later(seconds, _ring, ref(self))

    def _ring(self) -> None:
        self._timer = None
        if self._task is None:
            return
        early = self._until - monotonic()
        if early > 0:
            self._set(self._until, early)
            return
        self._rung = True
        self._cancelling = self._task.cancelling()
        self._task.cancel()


class Watch:
    """Bounds each wait of one reader by `at_most` seconds and by what a patience has left, without a call
    per wait: the reader itself says `since` when it waits, None while it does not, and takes its waiting
    from the patience.

    `late` is called when a wait took too long; it is to end that wait. One timer looks, and is set again.
    """

    __slots__ = ("_at_most", "_late", "_patience", "_timer", "since")

    def __init__(self, patience: Patience, at_most: float, late: Callable[[], None]) -> None:
        self.since: float | None = None
        self._patience = patience
        self._at_most = at_most
        self._late = late

    def __enter__(self) -> Self:
        self._look_in(min(self._at_most, self._patience.left))
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _look_in(self, seconds: float) -> None:
        # no wait that begins later can be too long before that
        self._timer = asyncio.get_running_loop().call_later(max(seconds, RESOLUTION), self._look)

    def _look(self) -> None:
        most = min(self._at_most, self._patience.left)
        waited = 0.0 if self.since is None else monotonic() - self.since
        if self.since is None or waited < most:
            self._look_in(most - waited)
        else:
            self._late()


def _ring(waiting: ref[Patience]) -> None:
    if (patience := waiting()) is not None:
        patience._ring()
