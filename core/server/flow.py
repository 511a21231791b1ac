"""What passes between a connection and its application: out through a gate, in through bounded inboxes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

Message = dict[str, Any]
SLICE = 64 * 1024
MESSAGE_OVERHEAD = 256


@implementer(IPushProducer)
class Gate:
    """Open while the transport takes bytes; Twisted closes and opens it, the application's `send` waits."""

    def __init__(self) -> None:
        self._closed_at: float | None = None
        self._opened = asyncio.Event()
        self._opened.set()

    def pauseProducing(self) -> None:
        # The transport says so again with every write; the stall began with the first.
        if self._closed_at is None:
            self._closed_at = time.monotonic()
            self._opened.clear()

    def resumeProducing(self) -> None:
        self._closed_at = None
        self._opened.set()

    stopProducing = resumeProducing

    @property
    def is_open(self) -> bool:
        return self._closed_at is None

    async def opened(self) -> None:
        while self._closed_at is not None:
            await self._opened.wait()

    def stalled(self, limit: float) -> bool:
        """Whether the peer has left everything unread for more than `limit` seconds."""
        return self._closed_at is not None and time.monotonic() - self._closed_at > limit


class RequestInbox:
    """A request's messages: its spooled body, read only as the application asks, then the disconnect."""

    def __init__(self, spool: BinaryIO, size: int) -> None:
        self._spool: BinaryIO | None = spool
        self._left = size
        self._gone = asyncio.Event()

    async def receive(self) -> Message:
        if self._spool is not None:
            return self._next_slice(self._spool)
        await self._gone.wait()
        return {"type": "http.disconnect"}

    def _next_slice(self, spool: BinaryIO) -> Message:
        body = spool.read(min(SLICE, self._left))
        self._left = self._left - len(body) if body else 0
        if self._left <= 0:
            self._close_spool()
        return {"type": "http.request", "body": body, "more_body": self._left > 0}

    def put_nowait(self, message: Message) -> None:
        """Daphne's side. The body is already here, only the disconnect matters."""
        if message["type"] == "http.disconnect":
            self._close_spool()
            self._gone.set()

    def _close_spool(self) -> None:
        if self._spool is not None:
            self._spool.close()
            self._spool = None


class SocketInbox:
    """A websocket's messages; one that goes over the budget of unread ones calls `overflow` instead."""

    def __init__(self, max_messages: int, max_bytes: int, overflow: Callable[[], None]) -> None:
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self._left_messages = max_messages
        self._left_bytes = max_bytes
        self._overflow = overflow
        self._closed = False

    async def receive(self) -> Message:
        message = await self._queue.get()
        self._left_messages += 1
        self._left_bytes += _weight(message)
        return message

    def put_nowait(self, message: Message) -> None:
        if self._closed:
            return
        if message["type"] == "websocket.disconnect":
            self._closed = True
        elif self._left_messages <= 0 or self._left_bytes < _weight(message):
            self._overflow()
            return
        self._left_messages -= 1
        self._left_bytes -= _weight(message)
        self._queue.put_nowait(message)

    def close(self, code: int) -> None:
        """Forget what is unread; the disconnect is all the application still gets."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self.put_nowait({"type": "websocket.disconnect", "code": code})


def _weight(message: Message) -> int:
    return len(message.get("bytes") or message.get("text") or b"") + MESSAGE_OVERHEAD
