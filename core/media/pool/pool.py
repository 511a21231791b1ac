"""The pool of worker processes: used from any event loop, driven by one thread for each worker."""

from __future__ import annotations

import atexit
import itertools
import os
import threading
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from core.contract.errors import Interrupted, Unavailable
from core.media.pool.job import Job, Message
from core.media.pool.scheduler import Scheduler

OPEN_JOBS = 128
"""Jobs that may be open at once, parked ones included; the next wait in order."""

WAITING_JOBS = 1000
GRACE = 2.0
CLOSED = "The server stopped while the answer was being made."


class Pool:
    """At most `size` worker processes, started at the first work and reused.

    Open jobs are run one step at a time, round robin, so that none starves; a job whose reader is slow is
    parked after 256 KiB and holds no worker. `step_timeout` (seconds) bounds one step, not a whole job.
    """

    def __init__(
        self,
        size: int | None = None,
        *,
        recycle: int = 500,
        step_timeout: float = 30.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.size = size or min(2, os.cpu_count() or 1)
        self._recycle = recycle
        self._step_timeout = step_timeout
        self._environment = dict(environment or {})
        self._lock = threading.Lock()
        self._schedulers: list[Scheduler] = []
        self._waiting: deque[Job] = deque()
        self._open = 0
        self._numbers = itertools.count(1)
        self.closed = False

    @property
    def process_ids(self) -> list[int]:
        """The living worker processes."""
        with self._lock:
            schedulers = list(self._schedulers)
        return [number for scheduler in schedulers for number in scheduler.process_ids]

    @property
    def open_jobs(self) -> int:
        """Jobs some scheduler is busy with, parked ones included."""
        return self._open

    @property
    def parked_jobs(self) -> int:
        """Open jobs that wait for a slow reader."""
        return sum(job.parked for scheduler in self._schedulers for job in list(scheduler.jobs.values()))

    async def run(self, name: str, args: Mapping[str, Any]) -> AsyncGenerator[Message, None]:
        """Run a job of `core.media.worker.jobs`: its bytes and events as they come, at last
        `{"event": "done", "result": …}`.

        Closing the generator cancels the job at once and leaves the worker healthy. Raises `InvalidRequest`,
        `Unavailable`, `UpstreamInvalid` (it crashed the worker), `UpstreamFailed` (another job did),
        `UpstreamTimeout`, `Interrupted` (the pool was closed).
        """
        job = Job(next(self._numbers), name, args)
        self._submit(job)
        try:
            while batch := await job.read():
                if job.scheduler is not None:
                    job.scheduler.resume(job)
                for message in batch:
                    yield message
        finally:
            self._cancel(job)

    async def result(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Run a job for its result alone."""
        result: dict[str, Any] = {}
        async with aclosing(self.run(name, args)) as messages:
            async for message in messages:
                if isinstance(message, dict) and message["event"] == "done":
                    result = message["result"]
        return result

    def close(self) -> None:
        """End every open job, stop the workers and wait for them (a few seconds at most). Blocks."""
        with self._lock:
            self.closed = True
            schedulers, waiting = list(self._schedulers), list(self._waiting)
            self._waiting.clear()
        for job in waiting:
            job.finish(Interrupted(CLOSED))
        for scheduler in schedulers:
            scheduler.stop()
        for scheduler in schedulers:
            scheduler.join(GRACE)

    def _submit(self, job: Job) -> None:
        with self._lock:
            if self.closed:
                raise Interrupted(CLOSED)
            if self._open < OPEN_JOBS:
                self._assign(job)
            elif len(self._waiting) < WAITING_JOBS:
                self._waiting.append(job)
            else:
                raise Unavailable("The local workers have too much to do. Try again in a moment.")

    def _assign(self, job: Job) -> None:
        self._open += 1
        idle = [scheduler for scheduler in self._schedulers if not scheduler.jobs]
        if not idle and len(self._schedulers) < self.size:
            self._schedulers.append(self._new_scheduler())
            idle = self._schedulers[-1:]
        job.scheduler = min(idle or self._schedulers, key=lambda scheduler: len(scheduler.jobs))
        job.scheduler.add(job)

    def _new_scheduler(self) -> Scheduler:
        return Scheduler(
            recycle=self._recycle,
            step_timeout=self._step_timeout,
            environment=self._environment,
            finished=self._job_finished,
        )

    def _job_finished(self) -> None:
        with self._lock:
            self._open -= 1
            while self._waiting and not self.closed and self._open < OPEN_JOBS:
                self._assign(self._waiting.popleft())

    def _cancel(self, job: Job) -> None:
        with self._lock:
            job.closed = True
            if job in self._waiting:
                self._waiting.remove(job)
        if job.scheduler is not None and not job.finished:
            job.scheduler.cancel(job)


_shared: Pool | None = None
_inherited: list[Pool] = []
_sharing = threading.Lock()


def shared_pool() -> Pool:
    """The one pool of this server process; a new one after `close_shared_pool`."""
    global _shared
    with _sharing:
        if _shared is None or _shared.closed:
            _shared = Pool()
        return _shared


def close_shared_pool() -> None:
    """Stop the local workers; called at shutdown, harmless when there are none."""
    with _sharing:
        pool = _shared
    if pool is not None and not pool.closed:
        pool.close()


def _forget_after_fork() -> None:
    """The workers belong to the parent: leave them alone, keep the object so that nothing reaps them."""
    global _shared, _sharing
    _sharing = threading.Lock()
    if _shared is not None:
        _inherited.append(_shared)
        _shared = None


atexit.register(close_shared_pool)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
