"""Supervised background work: nothing runs that nobody owns, and shutdown waits for what is owed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

from core import providers
from core.access import snapshot as access
from core.access.usage import write_last_used
from core.catalogue import snapshot as catalogue
from core.ledger.store import heartbeat, sweep, writer
from core.models.offload import offload

log = logging.getLogger("polyphony.tasks")


@dataclass(slots=True)
class State:
    """Of this process: `draining` makes /readyz say no and new work be refused."""

    draining: bool = False
    loops: WeakKeyDictionary[asyncio.AbstractEventLoop, set[asyncio.Task[Any]]] = field(
        default_factory=WeakKeyDictionary
    )
    gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = field(
        default_factory=WeakKeyDictionary
    )


state = State()
owned: set[asyncio.Task[Any]] = set()
at_halt: list[Callable[[], Awaitable[None]]] = []
"""What other parts want done when an event loop halts, such as giving its connections back."""


def spawn(name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Run `work` to its end whatever becomes of who asked; a failure is logged, never lost."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    owned.add(task)
    task.add_done_callback(finished)
    return task


def finished(task: asyncio.Task[Any]) -> None:
    owned.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error("task %s failed", task.get_name(), exc_info=error)


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel once and wait for the end: a second cancel could cost a settlement."""
    task.cancel()
    await asyncio.wait([task])


def started() -> bool:
    return asyncio.get_running_loop() in state.loops


async def start() -> None:
    """Start what the process needs, once per event loop: writer, snapshots, heartbeat, sweeper.

    Whoever comes meanwhile waits: without a snapshot every key would be a wrong one.
    """
    loop = asyncio.get_running_loop()
    async with state.gates.setdefault(loop, asyncio.Lock()):
        if loop in state.loops:
            return
        writer.start()
        await offload(refresh)
        await offload(heartbeat.beat)
        state.loops[loop] = {
            loop.create_task(repeat(name, seconds, work), name=name) for name, seconds, work in CHORES
        }


async def repeat(name: str, seconds: float, work: Callable[[], Any]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await offload(work)
        except Exception:
            log.exception("%s failed; it will be tried again", name)


def refresh() -> None:
    access.refresh_if_changed()
    catalogue.refresh_if_changed()


CHORES: tuple[tuple[str, float, Callable[[], Any]], ...] = (
    ("snapshot", 1.0, refresh),
    ("heartbeat", 10.0, heartbeat.beat),
    ("sweeper", 30.0, sweep.sweep),
    ("last used", 60.0, write_last_used),
)


async def halt() -> None:
    """Stop this loop's chores, flush the writer, close upstream connections and workers."""
    loop = asyncio.get_running_loop()
    state.gates.pop(loop, None)
    for task in state.loops.pop(loop, set()):
        await stop(task)
    await offload(write_last_used)
    await providers.close()
    for close in at_halt:
        await close()
    if not state.loops:
        await asyncio.to_thread(writer.stop)


async def drain(seconds: float) -> None:
    """Refuse new work, let owned tasks finish for `seconds`, then cancel each once, then halt."""
    state.draining = True
    if running := set(owned):
        _, late = await asyncio.wait(running, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=10)
    await offload(heartbeat.leave)
    await halt()


def ready() -> dict[str, bool]:
    """What /readyz reports; every value must be true. Blocking: call it from a thread."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
    except Exception:
        database = False
    return {"database": database, "writer": writer.alive(), "accepting": not state.draining}
