"""A job: filled with messages by threads, read by a coroutine."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Hashable, Mapping
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
    """Created on the reader's event loop; `put`, `announce` and `finish` may be called from any thread.

    `caller` is whose turn it takes among the jobs that wait. A job whose process died under it `restart`s in
    another one, which leaves out what was `delivered`.
    """

    def __init__(self, number: int, name: str, args: Mapping[str, Any], caller: Hashable = None) -> None:
        self.number = number
        self.name = name
        self.args = args
        self.caller = caller
        self.scheduler: Scheduler | None = None
        self.process: WorkerProcess | None = None
        self.running = False
        self.parked_at: float | None = None
        self.restarts = 0
        self.delivered = {"pieces": 0, "words": 0, "events": 0}
        self.closed = False
        self.growing = False
        """Whether the file that it reads may still grow; so far that has `input_size` bytes, and had
        `known_size` when the last step began."""
        self.input_size = 0
        self.known_size = 0
        self.starved = False
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

    @property
    def parked(self) -> bool:
        """Whether it waits for its reader, since `parked_at`."""
        return self.parked_at is not None

    def park(self) -> None:
        self.parked_at = time.monotonic()

    @property
    def has_read_all(self) -> bool:
        """Whether its last step found all of an input that will still grow."""
        return self.growing and self.input_size == self.known_size

    def restart(self) -> None:
        self.process = None
        self.restarts += 1

    def put(self, message: Message, pieces: int = 0) -> None:
        """Add what the worker sent: so many pieces of output, or an event."""
        with self._lock:
            self.delivered["pieces"] += pieces
            if isinstance(message, dict):
                words = message["event"] == "words"
                self.delivered["words" if words else "events"] += len(message["words"]) if words else 1
            self._add(message)

    def announce(self, event: dict[str, Any]) -> None:
        """Add an event of ours: the place in the queue, the result."""
        with self._lock:
            self._add(event)

    def finish(self, error: PolyphonyError | None = None) -> None:
        """No more messages; the first call decides how the job ended."""
        with self._lock:
            if not self._finished:
                self._finished, self._error = True, error
                self._notify()

    def take(self) -> list[Message]:
        """The messages since the last call, without waiting. Raises the job's error."""
        with self._lock:
            batch, self._messages, self._size = self._messages, [], 0
            self._notified = False
            self._changed.clear()
            if not batch and self._finished and self._error is not None:
                raise self._error
            return batch

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

    def _add(self, message: Message) -> None:
        if self.closed or self._finished:
            return
        self._messages.append(message)
        self._size += len(message) if isinstance(message, bytes) else 64
        self._notify()

    def _notify(self) -> None:
        if self._notified:
            return
        self._notified = True
        try:
            self._loop.call_soon_threadsafe(self._changed.set)
        except RuntimeError:  # the loop is gone, and the reader with it
            self.closed = True
