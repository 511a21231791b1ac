"""Supervised background work: every task has an owner, and a shutdown waits for the tasks that still run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.utils import timezone

from core import idempotency, stop_requests, stored_responses
from core.access import shared_counters
from core.access import snapshot as access
from core.access.authentication import save_last_used
from core.access.endpoints import health
from core.answer_cache import stores as answer_cache
from core.catalogue import snapshot as catalogue
from core.image_files import store as image_store
from core.ledger import statistics
from core.ledger.rollups import builder as rollups
from core.ledger.store import heartbeat, sweep, writer
from core.media import client as media
from core.models.offload import offload
from core.postgresql.limit import answer_limit
from core.providers import registry

log = logging.getLogger("polyphony.tasks")


READY_SECONDS = 5.0


@dataclass(slots=True)
class ProcessState:
    """`draining`: the process is shutting down, so /readyz answers 503 and new work is refused.

    `periodic` has the periodic tasks of each event loop that was started, `start_locks` the lock that lets
    only one coroutine of a loop start them.
    """

    draining: bool = False
    periodic: WeakKeyDictionary[asyncio.AbstractEventLoop, set[asyncio.Task[Any]]] = field(
        default_factory=WeakKeyDictionary
    )
    start_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = field(
        default_factory=WeakKeyDictionary
    )


state = ProcessState()
owned_tasks: set[asyncio.Task[Any]] = set()
"""Tasks made by `spawn` that have not ended."""

shutdown_hooks: list[Callable[[], Awaitable[None]]] = []
"""Awaited by `shutdown`: other modules close the connections of the event loop here."""


def spawn(name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Run `work` to its end even when the caller is cancelled; its exception is logged."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    owned_tasks.add(task)
    task.add_done_callback(discard)
    return task


def discard(task: asyncio.Task[Any]) -> None:
    """Forget a task that has ended, and log its exception."""
    owned_tasks.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error("task %s failed", task.get_name(), exc_info=error)


async def cancel(task: asyncio.Task[Any]) -> None:
    """Cancel once and wait for the end: a second cancel could interrupt the settlement of a usage record."""
    task.cancel()
    await asyncio.wait([task])


def started() -> bool:
    return asyncio.get_running_loop() in state.periodic


async def start() -> None:
    """Start what the process needs, once per event loop: writer, snapshots, heartbeat, sweeper.

    Concurrent callers wait for the first one: without a snapshot every API key would be refused.
    """
    loop = asyncio.get_running_loop()
    async with state.start_locks.setdefault(loop, asyncio.Lock()):
        if loop in state.periodic:
            return
        answer_limit.seconds = settings.DATABASE_SECONDS
        writer.start()
        await offload(refresh)
        await offload(heartbeat.beat)
        await shared_counters.connect()
        state.periodic[loop] = {
            loop.create_task(repeat(name, seconds, work), name=name) for name, seconds, work in PERIODIC
        } | {loop.create_task(health.follow(), name="health of endpoints")}


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
    stop_requests.cancel(access.current().stopped)


def forget_requests() -> None:
    """Forget idempotent requests that have expired, and those whose process has died."""
    idempotency.sweep(sweep.live_processes(timezone.now()))


def read_attempts() -> None:
    statistics.history.refresh()


PERIODIC: list[tuple[str, float, Callable[[], Any]]] = [
    ("snapshot", 1.0, refresh),
    ("heartbeat", 10.0, heartbeat.beat),
    ("sweeper", 30.0, sweep.sweep),
    ("last used", 60.0, save_last_used),
    ("stored responses", 300.0, stored_responses.sweep),
    ("image files", 60.0, image_store.sweep),
    ("idempotency", 30.0, forget_requests),
    ("statistics", 30.0, read_attempts),
    ("sums of usage", 60.0, rollups.build),
    ("stop requests", 600.0, stop_requests.sweep),
    ("answer cache", 300.0, answer_cache.sweep),
]
"""Name, seconds between two calls, and the blocking function; other applications add theirs."""


async def shutdown() -> None:
    """Stop this loop's periodic tasks, flush the writer, close upstream connections and workers."""
    loop = asyncio.get_running_loop()
    state.start_locks.pop(loop, None)
    for task in state.periodic.pop(loop, set()):
        await cancel(task)
    await offload(save_last_used)
    await registry.close()
    await media.close()
    await shared_counters.close()
    await answer_cache.close()
    for close in shutdown_hooks:
        await close()
    if not state.periodic:
        await asyncio.to_thread(writer.stop)
        answer_limit.seconds = None


async def drain(seconds: float) -> None:
    """Refuse new work, let owned tasks finish for `seconds`, then cancel each once, then shut down."""
    state.draining = True
    if running := set(owned_tasks):
        _, late = await asyncio.wait(running, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=10)
    await offload(heartbeat.unregister)
    await shutdown()


async def ready() -> dict[str, bool]:
    """What /readyz reports, by the name of the check; every value must be true."""
    return {"database": await writable(), "writer": writer.is_alive(), "accepting": not state.draining}


async def writable() -> bool:
    """Whether the database stores a heartbeat within `READY_SECONDS`: one that is read-only does not."""
    beat = asyncio.create_task(offload(heartbeat.beat), name="readiness")
    # a thread cannot be cancelled, so the task is left to itself when it is late
    beat.add_done_callback(lambda task: task.cancelled() or task.exception())
    await asyncio.wait([beat], timeout=READY_SECONDS)
    return beat.done() and not beat.cancelled() and beat.exception() is None
