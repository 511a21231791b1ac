"""How long we wait for others: only waiting counts, never the time our own reader takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Self, TypeVar

T = TypeVar("T")
RESOLUTION = 0.005
"""Seconds, at least, between two looks at a wait."""


class Deadline:
    """A stock of seconds that is used up by waiting; paced listeners cost none of it."""

    __slots__ = ("left",)

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    async def wait(self, what: Awaitable[T], at_most: float) -> T:
        """The result of `what`. Raises TimeoutError after `at_most` seconds, or when the stock is used up."""
        started = monotonic()
        try:
            async with asyncio.timeout(min(at_most, self.left)):
                return await what
        finally:
            self.left -= monotonic() - started


class DeadlineTimer:
    """Bounds all waits of one reader without a call for any of them, which would cost more than the rest of
    a chunk's way.

    The reader itself says `since` when it waits, None while it does not, and takes what it waited from the
    patience. A wait may use that up but for `spared` seconds, and take `at_most`; `late` is called once
    when it would not end in time, and is to end it. One timer looks now and then.
    """

    __slots__ = ("_at_most", "_late", "_patience", "_timer", "since", "spared")

    def __init__(
        self,
        patience: Deadline,
        late: Callable[[], None],
        *,
        at_most: float = float("inf"),
        spared: float = 0.0,
    ) -> None:
        self.since: float | None = None
        self.spared = spared
        self._patience = patience
        self._late = late
        self._at_most = at_most

    def __enter__(self) -> Self:
        self._look_in(self._most())
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        del self._late  # its owner mostly holds us: without this both would wait for the collector

    def _most(self) -> float:
        return min(self._at_most, self._patience.left - self.spared)

    def _look_in(self, seconds: float) -> None:
        # a wait that has not begun yet cannot be too long before that
        self._timer = asyncio.get_running_loop().call_later(max(seconds, RESOLUTION), self._look)

    def _look(self) -> None:
        waited = 0.0 if self.since is None else monotonic() - self.since
        if self.since is None or waited < self._most():
            self._look_in(self._most() - waited)
        else:
            self._late()
