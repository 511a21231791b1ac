"""Flow control between a connection and its application: backpressure outward, bounded queues inward."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

Message = dict[str, Any]
SLICE = 64 * 1024
MESSAGE_OVERHEAD = 256
UNSENT_IN_KERNEL = 128 * 1024


def limit_unsent(descriptor: int) -> None:
    """Bound what the kernel buffers for a client, where the system can.

    With megabytes, a slow reader looks like a stalled one, because free space is only reported after a third
    of that has been sent.
    """
    with socket.socket(fileno=os.dup(descriptor)) as handle:
        if hasattr(socket, "TCP_NOTSENT_LOWAT") and handle.family != socket.AF_UNIX:
            handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_IN_KERNEL)


def reset_on_close(descriptor: int) -> None:
    """Closing the socket is to drop what its client has not taken, instead of keeping it in the kernel."""
    with socket.socket(fileno=os.dup(descriptor)) as handle:
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@implementer(IPushProducer)
class Backpressure:
    """Whether the transport takes bytes: Twisted pauses and resumes it, the application's `send` waits."""

    def __init__(self) -> None:
        self._paused_at: float | None = None
        self._resumed = asyncio.Event()
        self._resumed.set()

    def pauseProducing(self) -> None:
        # Twisted pauses again with every write; the stall began with the first.
        if self._paused_at is None:
            self._paused_at = time.monotonic()
            self._resumed.clear()

    def resumeProducing(self) -> None:
        self._paused_at = None
        self._resumed.set()

    stopProducing = resumeProducing

    @property
    def writable(self) -> bool:
        return self._paused_at is None

    async def wait_until_writable(self) -> None:
        while self._paused_at is not None:
            await self._resumed.wait()

    def stalled(self, limit: float) -> bool:
        """Whether the client has read nothing for more than `limit` seconds."""
        return self._paused_at is not None and time.monotonic() - self._paused_at > limit


class RequestQueue:
    """The ASGI messages of a request: its spooled body, read on demand, then the disconnect."""

    def __init__(self, spool: BinaryIO, size: int) -> None:
        self._spool: BinaryIO | None = spool
        self._remaining = size
        self._disconnected = asyncio.Event()

    async def receive(self) -> Message:
        if self._spool is not None:
            return self._next_slice(self._spool)
        await self._disconnected.wait()
        return {"type": "http.disconnect"}

    def _next_slice(self, spool: BinaryIO) -> Message:
        body = spool.read(min(SLICE, self._remaining))
        self._remaining = self._remaining - len(body) if body else 0
        if self._remaining <= 0:
            self._close_spool()
        return {"type": "http.request", "body": body, "more_body": self._remaining > 0}

    def put_nowait(self, message: Message) -> None:
        """Called by Daphne. The body is complete already, only the disconnect matters."""
        if message["type"] == "http.disconnect":
            self._close_spool()
            self._disconnected.set()

    def _close_spool(self) -> None:
        if self._spool is not None:
            self._spool.close()
            self._spool = None


class WebSocketQueue:
    """The ASGI messages of a websocket; one over the limits of unread messages calls `overflow` instead."""

    def __init__(self, max_messages: int, max_bytes: int, overflow: Callable[[], None]) -> None:
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self._free_messages = max_messages
        self._free_bytes = max_bytes
        self._overflow = overflow
        self._closed = False

    async def receive(self) -> Message:
        message = await self._queue.get()
        self._free_messages += 1
        self._free_bytes += _message_size(message)
        return message

    def put_nowait(self, message: Message) -> None:
        if self._closed:
            return
        if message["type"] == "websocket.disconnect":
            self._closed = True
        elif self._free_messages <= 0 or self._free_bytes < _message_size(message):
            self._overflow()
            return
        self._free_messages -= 1
        self._free_bytes -= _message_size(message)
        self._queue.put_nowait(message)

    def close(self, code: int) -> None:
        """Drop unread messages; the application gets the disconnect only."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self.put_nowait({"type": "websocket.disconnect", "code": code})


def _message_size(message: Message) -> int:
    """Bytes, with what the message itself takes in memory."""
    return len(message.get("bytes") or message.get("text") or b"") + MESSAGE_OVERHEAD
