"""A pool of worker processes: used from any event loop, driven by one thread for each worker."""

from __future__ import annotations

import itertools
import os
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Hashable, Mapping
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any

from core.contract.errors import Interrupted, RateLimited
from core.media.pool.fair_queue import FairQueue
from core.media.pool.job import Job, Message
from core.media.pool.process import LIMITS, WorkerLimits
from core.media.pool.running_job import RunningJob
from core.media.pool.scheduler import Scheduler

JOBS_PER_PROCESS = 64
"""Jobs that may be open in one process at once, parked ones included; the next wait in order."""

WAITING_JOBS = 256
WAITING_PER_CALLER = 32
CALLER_SHARE = 4
"""One caller's open jobs are at most one part in `CALLER_SHARE` of all that may be open."""

RETRY_AFTER = 2.0
GRACE = 2.0
CLOSED = "The server stopped while the answer was being made."

current_caller: ContextVar[Hashable] = ContextVar("current_caller", default=None)
"""For whom the running task works: callers take turns, and each has a limited number of jobs."""


class Pool:
    """At most `size` worker processes, started at the first work and reused.

    Open jobs are run one step at a time, callers in turn, so that none starves; a job whose reader is slow is
    parked after 256 KiB and holds no worker, and is ended when nothing was read for `reader_timeout` seconds.
    `step_timeout` (seconds) bounds one step, not a whole job. Jobs that find no room wait; `limits` are those
    of each process, which leaves after `idle_timeout` seconds without a job.
    """

    def __init__(
        self,
        size: int | None = None,
        *,
        jobs_per_process: int = JOBS_PER_PROCESS,
        limits: WorkerLimits = LIMITS,
        recycle: int = 500,
        step_timeout: float = 30.0,
        reader_timeout: float = 60.0,
        idle_timeout: float | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.size = size or min(2, os.cpu_count() or 1)
        self.open_limit = self.size * jobs_per_process
        self.limit_per_caller = max(1, self.open_limit // CALLER_SHARE, self.size - 1)
        self._options = {
            "recycle": recycle,
            "step_timeout": step_timeout,
            "reader_timeout": reader_timeout,
            "idle_timeout": idle_timeout,
            "limits": limits,
            "environment": dict(environment or {}),
        }
        self._lock = threading.Lock()
        self._schedulers: list[Scheduler] = []
        self._waiting = FairQueue()
        self._open: Counter[Hashable] = Counter()
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
        return self._open.total()

    @property
    def waiting_jobs(self) -> int:
        return len(self._waiting)

    @property
    def parked_jobs(self) -> int:
        """Open jobs that wait for a slow reader."""
        return sum(job.parked for scheduler in self._schedulers for job in list(scheduler.jobs.values()))

    async def run(self, name: str, args: Mapping[str, Any]) -> AsyncGenerator[Message, None]:
        """Run a job of `core.media.worker.jobs`: its bytes and events as they come, at last
        `{"event": "done", "result": …}`. While it waits, `{"event": "queue", "place": 1, "waiting": 5}` says
        how many go before it.

        Closing the generator cancels the job at once and leaves the worker healthy. Raises `RateLimited` (too
        many jobs of this caller, or of all), `InvalidRequest`, `Unavailable`, `UpstreamInvalid` (it crashed
        the worker), `UpstreamTimeout`, `Interrupted` (the pool was closed, or nobody read).
        """
        async with aclosing(self.open(name, args).messages()) as messages:
            async for message in messages:
                yield message

    def open(self, name: str, args: Mapping[str, Any], *, growing: bool = False) -> RunningJob:
        """Start a job; where `growing`, it reads a file that is still written. Raises as `run` does."""
        job = Job(next(self._numbers), name, args, current_caller.get())
        job.growing = growing
        self._submit(job)
        return RunningJob(job, self._cancel)

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
            schedulers, waiting = list(self._schedulers), self._waiting.clear()
        for job in waiting:
            job.finish(Interrupted(CLOSED))
        for scheduler in schedulers:
            scheduler.stop()
        for scheduler in schedulers:
            scheduler.join(GRACE)

    def _submit(self, job: Job) -> None:
        """Start a job or let it wait. Raises `RateLimited` where too many wait."""
        with self._lock:
            if self.closed:
                raise Interrupted(CLOSED)
            if self._waiting.waiting(job.caller) >= WAITING_PER_CALLER:
                raise too_many("You have more work on the way than this server does at once for one caller.")
            if len(self._waiting) >= WAITING_JOBS:
                raise too_many("The local workers have too much to do.")
            self._waiting.push(job)
            self._assign_waiting()

    def _assign_waiting(self) -> None:
        """Open jobs while there is room, and tell the others their places."""
        while not self.closed and self._open.total() < self.open_limit:
            job = self._waiting.pop(self._may_open)
            if job is None:
                break
            self._assign(job)
        for place, job in enumerate(self._waiting, 1):
            job.announce({"event": "queue", "place": place, "waiting": len(self._waiting)})

    def _may_open(self, caller: Hashable) -> bool:
        return self._open[caller] < self.limit_per_caller

    def _assign(self, job: Job) -> None:
        self._open[job.caller] += 1
        idle = [scheduler for scheduler in self._schedulers if not scheduler.jobs]
        if not idle and len(self._schedulers) < self.size:
            self._schedulers.append(Scheduler(finished=self._job_finished, **self._options))  # type: ignore[arg-type]
            idle = self._schedulers[-1:]
        job.scheduler = min(idle or self._schedulers, key=lambda scheduler: len(scheduler.jobs))
        job.scheduler.add(job)

    def _job_finished(self, job: Job) -> None:
        with self._lock:
            self._open[job.caller] -= 1
            if not self._open[job.caller]:
                del self._open[job.caller]
            self._assign_waiting()

    def _cancel(self, job: Job) -> None:
        with self._lock:
            job.closed = True
            if self._waiting.remove(job):
                self._assign_waiting()
        if job.scheduler is not None and not job.finished:
            job.scheduler.cancel(job)


def too_many(message: str) -> RateLimited:
    return RateLimited(f"{message} Try again in a moment.", code="too_many_jobs", retry_after=RETRY_AFTER)
