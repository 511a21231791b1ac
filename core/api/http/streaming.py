"""An answer made while it is sent: it stops when the client leaves, and ends well only if it went well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from core.api.http.middleware import STRAIGHT, Receive, Scope, Send
from core.contract.events import Started

KEEP_ALIVE = 10.0
"""Seconds of silence after which an event stream says that it is still there."""


@asynccontextmanager
async def while_connected(receive: Receive, after: float = 0.0) -> AsyncIterator[None]:
    """Cancel the block when the client leaves; that cancellation ends here, any other goes on.

    Blocks that are over within `after` seconds are spared a task that watches.
    """
    task = asyncio.current_task()
    assert task is not None
    left = False
    watchers: list[asyncio.Task[None]] = []

    async def watch() -> None:
        nonlocal left
        while (await receive())["type"] != "http.disconnect":
            pass
        left = True
        task.cancel()

    def begin() -> None:
        watchers.append(asyncio.create_task(watch()))

    timer = asyncio.get_running_loop().call_later(after, begin) if after else begin()
    try:
        yield
    except asyncio.CancelledError:
        if not left or task.uncancel():
            raise
    finally:
        if timer:
            timer.cancel()
        for watcher in watchers:
            watcher.cancel()


def answer_headers(media_type: str, generation: str, model: str, began: Started | None) -> dict[str, str]:
    """What every answer of the gateway says of itself."""
    return {
        "Content-Type": media_type,
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        "X-Generation-Id": generation,
        "X-Polyphony-Provider": began.provider if began else "",
        "X-Polyphony-Model": model,
        "X-Polyphony-Attempts": str(began.number if began else 1),
    }


class Stream:
    """The bytes of one streamed answer: its beginning passes all layers, the rest goes straight out."""

    def __init__(self, send: Send, scope: Scope) -> None:
        self._send = send
        self._straight: Send = scope.get(STRAIGHT, send)
        self._begin: Callable[[], Awaitable[None]] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._saying: asyncio.Task[None] | None = None
        self._last = 0.0
        self.started = False

    async def start(self, headers: Mapping[str, str]) -> None:
        """Send status 200 and `headers`; from here on a failure can no longer have a status."""
        pairs = [
            (name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()
        ]
        self.started = True
        await self._send({"type": "http.response.start", "status": 200, "headers": pairs})

    def write(self, data: bytes) -> Awaitable[None]:
        """To be awaited: the server's own `send`, with nothing around it."""
        self._last = time.monotonic()
        return self._straight({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        self.hush()
        await self._straight({"type": "http.response.body", "body": b"", "more_body": False})

    def beat(self, begin: Callable[[], Awaitable[None]] | None = None) -> None:
        """Write a comment after every silence, until `hush`: a slow model keeps its client.

        `begin` starts the answer where it has not begun by then. A timer looks: a task would cost every
        answer more than the comments of the few that need them.
        """
        self._begin = begin
        self._last = time.monotonic()
        self._look_in(KEEP_ALIVE)

    def hush(self) -> None:
        self._begin = None  # it mostly holds us: without this both would wait for the collector
        for beating in (self._timer, self._saying):
            if beating is not None:
                beating.cancel()

    def _look_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        silent = time.monotonic() - self._last
        if silent < KEEP_ALIVE:
            self._look_in(KEEP_ALIVE - silent)
        else:
            self._saying = asyncio.create_task(self._say())

    async def _say(self) -> None:
        if self._begin is not None and not self.started:
            await self._begin()
        await self.write(b": still here\n\n")
        self._look_in(KEEP_ALIVE)
