"""An answer as HTML while it is written: rendered now and then, not at every word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from playground.markdown import BlockRenderer
from playground.runs.log import Body

QUIET = 0.05
"""Seconds between two renderings: as often as an eye notices."""

SHARE = 9
"""How many times longer than it took a rendering is rested from."""

SHORT, QUICK = 2_000, 0.01
"""Characters, and seconds the last rendering took, up to which a thread is not worth its while."""


class AnswerHtml:
    """Tells `html.block` events of the text it is fed, at once for the first words, then in steps.

    What may take long is rendered in a thread: everybody else's answers go on meanwhile.
    """

    def __init__(self, tell: Callable[[Body], Any]) -> None:
        self._tell = tell
        self._blocks = BlockRenderer()
        self._waiting: list[str] = []
        self._due = self._took = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._beside: asyncio.Task[None] | None = None

    def feed(self, text: str) -> None:
        if text:
            self._waiting.append(text)
            self._schedule()

    async def close(self) -> None:
        """Render the rest; every block is closed."""
        if self._beside is not None:
            await self._beside
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        text = self._rest()
        if self._long(text):
            bodies = await asyncio.to_thread(self._last, text)
        else:
            bodies = self._last(text)
        self._show(bodies)

    def _schedule(self) -> None:
        if self._timer is None and self._beside is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._due - time.monotonic()), self._render)

    def _render(self) -> None:
        """Tell what has changed since the last time."""
        self._timer = None
        text = self._rest()
        if self._long(text):
            self._beside = asyncio.create_task(self._render_beside(text))
        else:
            self._show(self._next(text))

    async def _render_beside(self, text: str) -> None:
        try:
            self._show(await asyncio.to_thread(self._next, text))
        finally:
            self._beside = None
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

    def _show(self, bodies: list[Body]) -> None:
        for body in bodies:
            self._tell(body)
