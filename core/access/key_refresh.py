"""Looks for a key that another process issued since the snapshot was loaded."""

from __future__ import annotations

import asyncio
import time
from weakref import WeakKeyDictionary

from core.access import snapshot
from core.models.offload import offload

PAUSE = 0.05
"""Seconds between the begins of two look-ups at least: unknown keys cost one query each otherwise."""


class KeyRefresh:
    """Look-ups of one event loop, one at a time; those who wait share the next one."""

    def __init__(self) -> None:
        self._next: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._begun = 0.0

    async def wait(self) -> None:
        """Return after a look-up that began after this call, so that it sees what was stored before."""
        if self._next is None:
            self._next = asyncio.create_task(self._look_up(), name="look for a key")
            self._next.add_done_callback(read_error)
        await asyncio.shield(self._next)

    async def _look_up(self) -> None:
        async with self._lock:
            await asyncio.sleep(max(0.0, self._begun + PAUSE - time.monotonic()))
            # those who come from now on need a look-up that begins later
            self._next, self._begun = None, time.monotonic()
            await offload(snapshot.refresh_if_changed)


def read_error(task: asyncio.Task[None]) -> None:
    """Every waiter may have left: nobody else would read the error, and asyncio would report it."""
    if not task.cancelled():
        task.exception()


refreshes: WeakKeyDictionary[asyncio.AbstractEventLoop, KeyRefresh] = WeakKeyDictionary()


async def refresh() -> None:
    """Bring the snapshot to the state of this moment. Raises database errors."""
    await refreshes.setdefault(asyncio.get_running_loop(), KeyRefresh()).wait()
