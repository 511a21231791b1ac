"""Round-robin scheduling: a thread that drives one worker process, one step of one job at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from core.contract.errors import (
    Interrupted,
    InvalidRequest,
    PolyphonyError,
    Unavailable,
    Unsupported,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamTimeout,
)
from core.media.pool.fair_queue import FairQueue
from core.media.pool.job import Job
from core.media.pool.process import WorkerLimits, WorkerProcess
from core.media.worker.protocol import EVENT, Frame

CANCEL_GRACE = 2.0
"""Seconds a cancelled step may take to notice before its process is killed."""

DIED = "The local worker stopped unexpectedly over this: it may be damaged, or take too much memory."
MOST_RESTARTS = 2
"""How often a job goes on after the death of a process that it did not cause."""

REFUSALS: Mapping[str, type[PolyphonyError]] = {
    "invalid": InvalidRequest,
    "unsupported": Unsupported,
    "unavailable": Unavailable,
}


class Scheduler:
    """Owns its jobs from `add` until they finish; a job whose reader is slow is parked, not waited for.

    The step that runs when a process dies fails its job; the other jobs that were open in it go on in the
    next process. After `recycle` jobs a process takes no new ones and leaves when its last job is done; after
    `idle_timeout` seconds without any job it leaves too.
    """

    def __init__(
        self,
        *,
        recycle: int,
        step_timeout: float,
        reader_timeout: float,
        idle_timeout: float | None,
        limits: WorkerLimits,
        environment: Mapping[str, str],
        finished: Callable[[Job], None],
    ) -> None:
        self.recycle = recycle
        self.step_timeout = step_timeout
        self.reader_timeout = reader_timeout
        self.idle_timeout = idle_timeout
        self.limits = limits
        self.environment = environment
        self._job_finished = finished
        self._changed = threading.Condition()
        self._ready = FairQueue()
        self.jobs: dict[int, Job] = {}
        self._process: WorkerProcess | None = None
        self._processes: dict[WorkerProcess, set[int]] = {}
        self._started = 0
        self._closing = False
        self._thread = threading.Thread(target=self._drive, name="local-worker-scheduler", daemon=True)
        self._thread.start()

    @property
    def process_ids(self) -> list[int]:
        """The living processes."""
        with self._changed:
            return [process.child.pid for process in self._processes]

    def add(self, job: Job) -> None:
        with self._changed:
            self.jobs[job.number] = job
            self._ready.push(job)
            self._changed.notify()

    def resume(self, job: Job) -> None:
        """Queue a parked job again, after its reader caught up."""
        with self._changed:
            if job.parked:
                job.parked_at = None
                self._ready.push(job)
                self._changed.notify()

    def wake(self, job: Job) -> None:
        """Queue a job again that waited for more input."""
        with self._changed:
            if job.starved:
                job.starved = False
                self._ready.push(job)
                self._changed.notify()

    def cancel(self, job: Job) -> None:
        """End a job that nobody reads any more. Returns at once; the worker aborts its step, or is killed."""
        with self._changed:
            job.closed = True
            process, running = job.process, job.running
        if process is not None:
            if running:
                process.deadline = min(process.deadline, time.monotonic() + CANCEL_GRACE)
            process.send_promptly({"op": "cancel", "job": job.number})
        if not running:
            self._end(job, None)

    def stop(self) -> None:
        """End every job as interrupted and let the processes exit."""
        with self._changed:
            self._closing = True
            self._changed.notify()
            jobs, processes = list(self.jobs.values()), list(self._processes)
        for job in jobs:
            self._end(job, Interrupted("The server stopped while the answer was being made."))
        for process in processes:
            process.retire()

    def join(self, grace: float) -> None:
        """Wait until the processes are reaped and the thread has ended; kills after `grace` seconds."""
        with self._changed:
            processes = list(self._processes)
        for process in processes:
            process.join(grace)
        self._thread.join(grace)

    def _drive(self) -> None:
        while (job := self._next()) is not None:
            ending = self._advance(job)
            self._settle(job, ending)

    def _next(self) -> Job | None:
        """Wait for the next job that can be run; None at the end. Ends those that nobody reads meanwhile."""
        while True:
            with self._changed:
                if self._closing:
                    return None
                stalled = [job for job in self.jobs.values() if self._patience(job) <= 0]
                if not stalled and (job := self._pop()) is not None:
                    return job
                if not stalled and not self._changed.wait(self._longest_wait()) and not self.jobs:
                    self._retire_idle()
            for job in stalled:
                self._end_stalled(job)

    def _longest_wait(self) -> float | None:
        """Seconds until something has to be done though nothing changes: a reader's time is over, or an idle
        process leaves."""
        if self.jobs:
            return min(map(self._patience, self.jobs.values()))
        return None if self._process is None else self.idle_timeout

    def _retire_idle(self) -> None:
        """Let the process leave; the next job starts another one."""
        if self._process is not None:
            self._process.retire()
            self._process = None

    def _pop(self) -> Job | None:
        while (job := self._ready.pop()) is not None:
            if not job.closed and not job.finished:
                job.running = True
                return job
        return None

    def _patience(self, job: Job) -> float:
        """Seconds that a parked job may still wait for its reader."""
        if job.parked_at is None:
            return threading.TIMEOUT_MAX
        return job.parked_at + self.reader_timeout - time.monotonic()

    def _end_stalled(self, job: Job) -> None:
        if job.process is not None:
            job.process.send_promptly({"op": "cancel", "job": job.number})
        waited = f"Nothing was read for {self.reader_timeout:g} seconds"
        self._end(job, Interrupted(f"{waited}, so the answer was ended.", code="reader_stalled"))

    def _advance(self, job: Job) -> dict[str, Any]:
        with self._changed:
            job.known_size, input_ended = job.input_size, not job.growing
        if job.process is not None:
            step = {"op": "step", "job": job.number, "input_ended": input_ended}
            return job.process.step(step, self.step_timeout)
        try:
            process = self._fresh_process()
        except OSError as error:
            return {"event": "error", "kind": "failed", "message": f"The worker did not start: {error}"}
        with self._changed:
            job.process = process
            self._processes.get(process, set()).add(job.number)
        command = {"op": "start", "job": job.number, "name": job.name, "args": dict(job.args)}
        more = {"skip": job.delivered, "input_ended": input_ended}
        return process.step({**command, **more}, self.step_timeout)

    def _fresh_process(self) -> WorkerProcess:
        with self._changed:
            process = self._process
            if process is not None and not process.dead and self._started < self.recycle:
                self._started += 1
                return process
        if process is not None and not self._processes.get(process):
            process.retire()
        process = WorkerProcess(self._deliver, self._process_died, self.limits, self.environment)
        with self._changed:
            self._process, self._started = process, 1
            self._processes[process] = set()
            if self._closing:
                process.retire()
        return process

    def _settle(self, job: Job, ending: dict[str, Any]) -> None:
        name = ending["event"]
        with self._changed:
            job.running = False
            going_on = name == "step" and not job.closed and not job.finished
            if going_on and job.full:
                job.park()
            elif going_on and job.has_read_all:
                job.starved = True
            elif going_on:
                self._ready.push(job)
            elif name == "lost":
                going_on = self._restarted(job)
        if name == "done" and not job.closed:
            job.announce({"event": "done", "result": ending["result"]})
        if not going_on:
            self._end(job, failure(ending))

    def _end(self, job: Job, error: PolyphonyError | None) -> None:
        job.finish(error)
        with self._changed:
            if self.jobs.pop(job.number, None) is None:
                return
            process = job.process
            open_jobs = self._processes.get(process, set()) if process is not None else set()
            open_jobs.discard(job.number)
            spent = process is not self._process and process is not None and not open_jobs
        if spent and process is not None:
            process.retire()
        self._job_finished(job)

    def _deliver(self, frame: Frame) -> None:
        job = self.jobs.get(frame.job)
        if job is not None:
            job.put(frame.event() if frame.kind == EVENT else frame.payload, frame.pieces)

    def _process_died(self, process: WorkerProcess) -> None:
        """Continue the jobs of a dead process, except the running one, which `_drive` settles."""
        with self._changed:
            numbers = self._processes.pop(process, set())
            lost = [self.jobs[n] for n in numbers if n in self.jobs and not self.jobs[n].running]
            ended = [job for job in lost if not self._restarted(job)]
        for job in ended:
            self._end(job, failure({"event": "lost"}))

    def _restarted(self, job: Job) -> bool:
        """Let a job go on in another process, since its own died of something else; False if too often."""
        if job.closed or job.restarts >= MOST_RESTARTS:
            return False
        job.restart()
        job.starved = False
        if not job.parked:
            self._ready.remove(job)
            self._ready.push(job)
            self._changed.notify()
        return True


def failure(ending: Mapping[str, Any]) -> PolyphonyError | None:
    """The error of the contract for the end of a job; None for a normal end."""
    name = ending["event"]
    if name == "timeout":
        return UpstreamTimeout("The local worker took too long over one step and was stopped.")
    if name == "lost":
        return UpstreamFailed("The local worker stopped unexpectedly.")
    if name == "died":  # of this job, so a second worker would die of it as well
        return UpstreamInvalid(DIED, code="worker_died")
    if name == "error":
        refusal = REFUSALS.get(ending["kind"], UpstreamFailed)
        return refusal(ending["message"], param=ending.get("param"), code=ending.get("code"))
    return None
