"""A job: filled with messages by threads, read by a coroutine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.contract.errors import PolyphonyError

if TYPE_CHECKING:
    from core.media.pool.process import WorkerProcess
    from core.media.pool.scheduler import Scheduler

Message = bytes | dict[str, Any]
"""Binary output, or an event: a JSON object whose `event` is its name; jobs document their events."""

BUFFER_LIMIT = 256 * 1024
"""Unread bytes at which a job is parked; the buffer then holds at most what one step more brings."""


class Job:
    """Created on the reader's event loop; `put` and `finish` may be called from any thread."""

    def __init__(self, number: int, name: str, args: Mapping[str, Any]) -> None:
        self.number = number
        self.name = name
        self.args = args
        self.scheduler: Scheduler | None = None
        self.process: WorkerProcess | None = None
        self.running = False
        self.parked = False
        self.closed = False
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._lock = threading.Lock()
        self._messages: list[Message] = []
        self._size = 0
        self._finished = False
        self._error: PolyphonyError | None = None
        self._notified = False

    @property
    def finished(self) -> bool:
        return self._finished

    @property
    def full(self) -> bool:
        return self._size >= BUFFER_LIMIT

    def put(self, message: Message) -> None:
        with self._lock:
            if self.closed or self._finished:
                return
            self._messages.append(message)
            self._size += len(message) if isinstance(message, bytes) else 64
            self._notify()

    def finish(self, error: PolyphonyError | None = None) -> None:
        """No more messages; the first call decides how the job ended."""
        with self._lock:
            if not self._finished:
                self._finished, self._error = True, error
                self._notify()

    async def read(self) -> list[Message]:
        """The messages since the last call, at least one; none is the end. Raises the job's error."""
        while True:
            with self._lock:
                batch, self._messages, self._size = self._messages, [], 0
                self._notified = False
                self._changed.clear()
                if batch:
                    return batch
                if self._finished:
                    if self._error is not None:
                        raise self._error
                    return []
            await self._changed.wait()

    def _notify(self) -> None:
        if self._notified:
            return
        self._notified = True
        try:
            self._loop.call_soon_threadsafe(self._changed.set)
        except RuntimeError:  # the loop is gone, and the reader with it
            self.closed = True
