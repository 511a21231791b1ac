"""An answer as HTML while it is written: rendered now and then, not at every word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from playground.markdown import Blocks
from playground.runs.log import Body

QUIET = 0.05
"""Seconds between two renderings: as often as an eye notices."""

SHARE = 9
"""How many times longer than it took a rendering is rested from."""


class Prose:
    """Tells `html.block` events of the text it is fed, at once for the first words, then in steps."""

    def __init__(self, tell: Callable[[Body], None]) -> None:
        self._tell = tell
        self._blocks = Blocks()
        self._waiting: list[str] = []
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def feed(self, text: str) -> None:
        if not text:
            return
        self._waiting.append(text)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._due - time.monotonic()), self.render)

    def render(self) -> None:
        """Tell what has changed since the last time."""
        self._timer = None
        began = time.monotonic()
        for body in self._blocks.feed("".join(self._waiting)):
            self._tell(body)
        self._waiting.clear()
        now = time.monotonic()
        self._due = now + max(QUIET, SHARE * (now - began))

    def close(self) -> None:
        """Render the rest; every block is closed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for body in [*self._blocks.feed("".join(self._waiting)), *self._blocks.close()]:
            self._tell(body)
        self._waiting.clear()
