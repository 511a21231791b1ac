"""A worker process from its parent's side: commands are written to it, a thread reads its frames."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.media.worker.protocol import EVENT, BrokenFrame, Frame, pack_command, read_frame

MODULE = "core.media.worker.main"
ROOT = Path(__file__).resolve().parents[3]
POLL = 0.25
PROMPT = 0.1
ENDINGS = frozenset({"step", "done", "error", "cancelled"})
ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)
"""Variables that a worker may see: it parses untrusted files; our secrets are in the others."""

Deliver = Callable[[Frame], None]


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Bytes of address space of a worker, how much nicer than the server it is, how many threads compute in
    it, and how many seconds a step may take."""

    memory: int
    niceness: int
    threads: int = 1
    step_seconds: float = 30.0

    @property
    def processor_seconds(self) -> int:
        """Processor time of one step, after which the kernel ends the process."""
        return int(2 * self.threads * self.step_seconds)

    @property
    def arguments(self) -> list[str]:
        """As the program of the worker takes them."""
        return [str(self.memory), str(self.niceness), str(self.processor_seconds)]


LIMITS = WorkerLimits(1024**3, 5)


class WorkerProcess:
    """A child that lives until `close`, `kill` or its own death; `on_death` is then called once.

    `deliver` and `on_death` run in the reading thread.
    """

    def __init__(
        self,
        deliver: Deliver,
        on_death: Callable[[WorkerProcess], None],
        limits: WorkerLimits,
        environment: Mapping[str, str],
    ) -> None:
        self._deliver = deliver
        self._on_death = on_death
        self._writing = threading.Lock()
        self._ended = threading.Event()
        self._ending: dict[str, Any] | None = None
        self.dead = False
        self.deadline = 0.0
        self.child = subprocess.Popen(
            [sys.executable, "-m", MODULE, *limits.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=minimal_environment(environment, limits.threads),
        )
        self._reader = threading.Thread(target=self._read, name="local-worker-reader", daemon=True)
        self._reader.start()

    def step(self, command: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """Run one step and wait for its end.

        It is `step`, `done`, `error`, `cancelled`, `timeout`, `died`, or `lost` where the process had died
        before, of something else.

        Blocks the calling thread. A step that outlives `timeout` seconds costs the process its life.
        """
        self._ended.clear()
        self._ending = None
        self.deadline = time.monotonic() + timeout
        if not self.send(command):
            self._reader.join(timeout)
            return {"event": "lost"}
        while not self._ended.wait(POLL):
            if time.monotonic() > self.deadline:
                self.kill()
                self._reader.join(timeout)
                return self._ending or {"event": "timeout"}
        return self._ending or {"event": "died"}

    def send(self, command: Mapping[str, Any]) -> bool:
        """Write one command; False where the process no longer reads."""
        assert self.child.stdin is not None
        try:
            with self._writing:
                self.child.stdin.write(pack_command(command))
                self.child.stdin.flush()
        except (OSError, ValueError):  # a broken pipe, or one that was closed
            return False
        return True

    def send_promptly(self, command: Mapping[str, Any]) -> None:
        """For the event loop: a worker that does not even read its input is killed, not waited for."""
        if not self._writing.acquire(timeout=PROMPT):
            self.kill()
            return
        self._writing.release()
        self.send(command)

    def retire(self) -> None:
        """Close its input, upon which the worker exits. Does not wait."""
        assert self.child.stdin is not None
        with self._writing:
            try:
                self.child.stdin.close()
            except OSError:  # bytes left in the buffer of a dead worker
                return

    def kill(self) -> None:
        self.child.kill()

    def join(self, timeout: float) -> None:
        """Wait until the process is reaped and its pipes are closed; kills it after `timeout` seconds."""
        self._reader.join(timeout)
        if self._reader.is_alive():
            self.kill()
            self._reader.join(timeout)

    def _read(self) -> None:
        assert self.child.stdout is not None
        with self.child.stdout:
            try:
                while (frame := read_frame(self.child.stdout)) is not None:
                    self._handle(frame)
            except (BrokenFrame, OSError, ValueError):
                pass  # whatever it was, this worker cannot be trusted any more
        self.kill()
        self.child.wait()
        self.retire()
        self.dead = True
        self._on_death(self)
        self._ended.set()

    def _handle(self, frame: Frame) -> None:
        if frame.kind == EVENT:
            event = frame.event()
            if event["event"] in ENDINGS:
                self._ending = event
                self._ended.set()
                return
        self._deliver(frame)


def minimal_environment(extra: Mapping[str, str], threads: int) -> dict[str, str]:
    """The environment of a worker: where Python and our package are, how many threads, and nothing else."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment["PYTHONPATH"] = str(ROOT)
    environment["PYTHONUTF8"] = "1"
    environment["OMP_NUM_THREADS"] = str(threads)  # of numpy and CTranslate2, which else take every processor
    environment["MALLOC_ARENA_MAX"] = "2"  # an arena for each thread maps 64 MB
    return {**environment, **extra}
