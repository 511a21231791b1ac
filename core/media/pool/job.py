"""A job between two worlds: the threads that feed it and the event loop that reads it."""

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

ENOUGH = 256 * 1024
"""Bytes a reader may leave unread before its job is parked; one step more than this is the most we hold."""


class Job:
    """Created on the reader's event loop; `put` and `finish` may be called from any thread."""

    def __init__(self, number: int, kind: str, args: Mapping[str, Any]) -> None:
        self.number = number
        self.kind = kind
        self.args = args
        self.lane: Scheduler | None = None
        self.process: WorkerProcess | None = None
        self.running = False
        self.parked = False
        self.closed = False
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._waiting: list[Message] = []
        self._size = 0
        self._finished = False
        self._error: PolyphonyError | None = None
        self._told = False

    @property
    def finished(self) -> bool:
        return self._finished

    @property
    def full(self) -> bool:
        return self._size >= ENOUGH

    def put(self, message: Message) -> None:
        with self._lock:
            if self.closed or self._finished:
                return
            self._waiting.append(message)
            self._size += len(message) if isinstance(message, bytes) else 64
            self._tell()

    def finish(self, error: PolyphonyError | None = None) -> None:
        """No more messages; the first call decides how the job ended."""
        with self._lock:
            if not self._finished:
                self._finished, self._error = True, error
                self._tell()

    async def take(self) -> list[Message]:
        """What came since the last call, once there is any; an empty list is the end. Raises the error."""
        while True:
            with self._lock:
                batch, self._waiting, self._size = self._waiting, [], 0
                self._told = False
                self._news.clear()
                if batch:
                    return batch
                if self._finished:
                    if self._error is not None:
                        raise self._error
                    return []
            await self._news.wait()

    def _tell(self) -> None:
        if self._told:
            return
        self._told = True
        try:
            self._loop.call_soon_threadsafe(self._news.set)
        except RuntimeError:  # the loop is gone, and the reader with it
            self.closed = True
