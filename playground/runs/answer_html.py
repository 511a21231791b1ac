"""An answer as HTML while it is streamed: rendered at intervals, not at every delta."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from playground.markdown import BlockRenderer
from playground.runs.log import Body

QUIET = 0.05
"""Least seconds between two renderings: more often is not noticeable."""

SHARE = 9
"""The pause after a rendering, as a multiple of its duration: at most a tenth of the time is spent on it."""

SHORT, QUICK = 2_000, 0.01
"""Characters, and seconds of the last rendering, up to which no thread is used."""

MOST = 1024 * 1024
"""Characters that are rendered, as many as are stored of an answer: text that comes faster than it is
rendered waits in memory."""


class AnswerHtml:
    """Appends `html.block` events for the text it is fed, at once for the first words, then at intervals.

    Long text is rendered in a thread, so that other answers go on meanwhile. Of a text longer than `MOST`
    the beginning is rendered, and an ellipsis.
    """

    def __init__(self, append: Callable[[Body], Any]) -> None:
        self._append = append
        self._blocks = BlockRenderer()
        self._waiting: list[str] = []
        self._left = MOST
        self._due = self._took = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._in_thread: asyncio.Task[None] | None = None

    def feed(self, text: str) -> None:
        if not text or self._left < 0:
            return
        self._left -= len(text)
        self._waiting.append(text if self._left >= 0 else f"{text[: self._left]}\n\n…")
        self._schedule()

    async def close(self) -> None:
        """Render the rest; every block is closed."""
        if self._in_thread is not None:
            await self._in_thread
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        text = self._rest()
        if self._long(text):
            bodies = await asyncio.to_thread(self._last, text)
        else:
            bodies = self._last(text)
        self._send(bodies)
        self._blocks = BlockRenderer()  # what it held of the text is needed no more

    def _schedule(self) -> None:
        if self._timer is None and self._in_thread is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._due - time.monotonic()), self._render)

    def _render(self) -> None:
        """Append what has changed since the last time."""
        self._timer = None
        text = self._rest()
        if self._long(text):
            self._in_thread = asyncio.create_task(self._render_in_thread(text))
        else:
            self._send(self._next(text))

    async def _render_in_thread(self, text: str) -> None:
        try:
            self._send(await asyncio.to_thread(self._next, text))
        finally:
            self._in_thread = None
        if self._waiting:
            self._schedule()

    def _rest(self) -> str:
        text = "".join(self._waiting)
        self._waiting.clear()
        return text

    def _long(self, text: str) -> bool:
        return len(text) > SHORT or self._took > QUICK

    def _next(self, text: str) -> list[Body]:
        began = time.monotonic()
        bodies = self._blocks.feed(text)
        now = time.monotonic()
        self._took = now - began
        self._due = now + max(QUIET, SHARE * self._took)
        return bodies

    def _last(self, text: str) -> list[Body]:
        return [*self._blocks.feed(text), *self._blocks.close()]

    def _send(self, bodies: list[Body]) -> None:
        for body in bodies:
            self._append(body)
