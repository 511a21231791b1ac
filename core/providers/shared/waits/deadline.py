"""Limits on waiting for a provider: only waiting counts, never the time our own reader takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Self, TypeVar

T = TypeVar("T")
RESOLUTION = 0.005
"""Seconds, at least, between two checks of a wait."""


class Deadline:
    """Seconds that may still be spent waiting; time that the reader of an answer takes does not count."""

    __slots__ = ("left",)

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    async def wait(self, awaitable: Awaitable[T], at_most: float) -> T:
        """The result of `awaitable`. Raises TimeoutError after `at_most` seconds, or when none are left."""
        started = monotonic()
        try:
            async with asyncio.timeout(min(at_most, self.left)):
                return await awaitable
        finally:
            self.left -= monotonic() - started


class DeadlineTimer:
    """Bounds all waits of one reader without a timer for each of them, which would cost more than the rest of
    the work for a chunk.

    A wait, from `start` to `stop`, may last `at_most` seconds and use up the deadline except for `reserved`
    seconds; `expire` is called once for a wait that lasts longer, and is to end it. One timer of the event
    loop checks from time to time.
    """

    __slots__ = ("_at_most", "_deadline", "_expire", "_since", "_timer", "reserved")

    def __init__(
        self,
        deadline: Deadline,
        expire: Callable[[], None],
        *,
        at_most: float = float("inf"),
        reserved: float = 0.0,
    ) -> None:
        self._since: float | None = None
        self.reserved = reserved
        self._deadline = deadline
        self._expire = expire
        self._at_most = at_most

    def __enter__(self) -> Self:
        self._schedule(self._limit())
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._timer.cancel()
        del self._expire  # a method of our owner: the reference cycle would wait for the garbage collector

    def start(self) -> None:
        """A wait begins."""
        self._since = monotonic()

    def extend(self, seconds: float) -> None:
        """In `expire`: let the wait last `seconds` more, within the whole deadline."""
        waited = 0.0 if self._since is None else monotonic() - self._since
        self.reserved = max(self._deadline.left - waited - seconds, 0.0)
        self._check()

    def stop(self) -> None:
        """The wait has ended: its time counts. The end of the block stops one that was broken off."""
        if self._since is not None:
            self._deadline.left -= monotonic() - self._since
            self._since = None

    def _limit(self) -> float:
        return min(self._at_most, self._deadline.left - self.reserved)

    def _schedule(self, seconds: float) -> None:
        # a wait that has not begun yet cannot be too long before that
        self._timer = asyncio.get_running_loop().call_later(max(seconds, RESOLUTION), self._check)

    def _check(self) -> None:
        waited = 0.0 if self._since is None else monotonic() - self._since
        if self._since is None or waited < self._limit():
            self._schedule(self._limit() - waited)
        else:
            self._expire()
