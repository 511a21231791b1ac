"""The pools of this server process, one for each kind of worker."""

from __future__ import annotations

import atexit
import os
import threading

from core.media.pool.kinds import KINDS, WorkerKind, allot, machine_memory
from core.media.pool.pool import Pool
from core.media.pool.process import WorkerLimits

_shared: dict[WorkerKind, Pool] = {}
_inherited: list[dict[WorkerKind, Pool]] = []
_sharing = threading.Lock()


def shared_pool(job: str) -> Pool:
    """The pool of a job, a new one after `close_shared_pools`. Raises `KeyError` for an unknown job."""
    kind = KINDS[job]
    with _sharing:
        if kind not in _shared or _shared[kind].closed:
            _shared[kind] = new_pool(kind)
        return _shared[kind]


def shared_pools() -> list[Pool]:
    """Those that have been used."""
    with _sharing:
        return list(_shared.values())


def new_pool(kind: WorkerKind) -> Pool:
    allotted = allot(machine_memory(), os.cpu_count() or 1)[kind]
    return Pool(
        allotted.processes,
        jobs_per_process=kind.jobs_per_process,
        limits=WorkerLimits(allotted.memory, kind.niceness, allotted.threads, kind.step_seconds),
        step_timeout=kind.step_seconds,
        idle_timeout=kind.idle_seconds,
    )


def close_shared_pools() -> None:
    """Stop the local workers; called at shutdown, harmless when there are none."""
    for pool in shared_pools():
        if not pool.closed:
            pool.close()


def _forget_after_fork() -> None:
    """The workers belong to the parent: leave them alone, keep the objects so that nothing reaps them."""
    global _shared, _sharing
    _sharing = threading.Lock()
    _inherited.append(_shared)
    _shared = {}


atexit.register(close_shared_pools)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
