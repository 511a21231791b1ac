"""How long we wait for others: only waiting counts, never the time our own reader takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


class Patience:
    """A stock of seconds that is used up by waiting; paced listeners cost none of it."""

    __slots__ = ("left",)

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    async def wait(self, what: Awaitable[T], at_most: float) -> T:
        """The result of `what`. Raises TimeoutError after `at_most` seconds, or when the stock is used up."""
        started = monotonic()
        try:
            async with asyncio.timeout(min(self.left, at_most)):
                return await what
        finally:
            self.left -= monotonic() - started
