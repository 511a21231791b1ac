"""The worker process: runs one step of one job at a time and lives as long as its standard input is open."""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from importlib import import_module
from typing import Any, BinaryIO

from core.media.worker import limits
from core.media.worker.output import NOTHING, Cancelled, JobError, Output

Steps = Generator[None, None, dict[str, Any]]
JobFunction = Callable[[dict[str, Any], Output], Steps]

JOBS = frozenset(
    {
        "align",
        "canvas.edit",
        "canvas.generate",
        "draw_page",
        "encode",
        "inspect.audio",
        "inspect.image",
        "inspect.pdf",
        "inspect.video",
        "list_voices",
        "probe",
        "read_text",
        "reencode_image",
        "synthesize",
        "synthesize_hibari",
        "transcode",
        "transcribe",
    }
)
"""Modules of `core.media.worker.jobs`, imported on first use, in a worker only. Their `run` takes the job's
arguments and output; it is a generator that yields between steps and returns the result."""

FAILED = "The local worker could not do this ({}); the server's log says more."


class Worker:
    """Runs jobs step by step in the order of the commands; owns the jobs that are open."""

    def __init__(self, commands: BinaryIO, frames: BinaryIO, processor_seconds: int) -> None:
        self.input = commands
        self.frames = frames
        self.processor_seconds = processor_seconds
        self.queue: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.cancelled: set[int] = set()
        self.jobs: dict[int, tuple[Steps, Output]] = {}

    def write(self, frame: bytes) -> None:
        self.frames.write(frame)
        self.frames.flush()

    def read_commands(self) -> None:
        """Queue commands until the input ends, which ends the process; a cancellation has effect at once."""
        for line in self.input:
            command = json.loads(line)
            if command["op"] == "cancel":
                self.cancelled.add(command["job"])
            self.queue.put(command)
        os._exit(0)  # not an exception: the main thread may be deep in C code

    def serve(self) -> None:
        threading.Thread(target=self.read_commands, daemon=True).start()
        while True:
            command = self.queue.get()
            job = command["job"]
            if command["op"] == "cancel":
                self.forget(job)
                self.cancelled.discard(job)
            else:
                self.advance(job, command)

    def advance(self, job: int, command: dict[str, Any]) -> None:
        limits.allow_processor(self.processor_seconds)
        output = Output(job, self.write, self.cancelled, command.get("skip", NOTHING))
        try:
            ending = self.step(job, command, output)
        except Cancelled:
            ending = {"event": "cancelled"}
        except JobError as refused:
            ending = {"event": "error", **refused.fields}
        except Exception as error:  # ends this job only, not the worker
            traceback.print_exc()
            ending = {"event": "error", "kind": "failed", "message": FAILED.format(type(error).__name__)}
        if ending["event"] != "step":
            self.forget(job)
        Output(job, self.write, ()).event(ending.pop("event"), **ending)

    def step(self, job: int, command: dict[str, Any], output: Output) -> dict[str, Any]:
        if command["op"] == "start":
            run = load_job(command["name"])
            self.jobs[job] = (run(command["args"], output), output)
        steps, output = self.jobs[job]
        output.check()
        output.input_ended = command.get("input_ended", True)
        try:
            next(steps)
        except StopIteration as stop:
            output.flush()
            return {"event": "done", "result": stop.value}
        output.flush()
        return {"event": "step"}

    def forget(self, job: int) -> None:
        if job in self.jobs:
            steps, _ = self.jobs.pop(job)
            steps.close()


def load_job(name: str) -> JobFunction:
    """The `run` of a job's module. Raises KeyError for an unknown name."""
    if name not in JOBS:
        raise KeyError(name)
    run: JobFunction = import_module(f"core.media.worker.jobs.{name}").run
    return run


def private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The pipes under new descriptors, so that output printed by C libraries does not reach the frames."""
    commands = os.fdopen(os.dup(0), "rb")
    frames = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return commands, frames


def main(memory: int, niceness: int, processor_seconds: int) -> None:
    """`memory` in bytes; `niceness` is added to the server's; `processor_seconds` are for one step."""
    faulthandler.enable()
    for number in (signal.SIGINT, signal.SIGTERM):  # for the server, which drains and then closes the input
        signal.signal(number, signal.SIG_IGN)
    commands, frames = private_streams()
    limits.apply(memory, niceness)
    try:
        Worker(commands, frames, processor_seconds).serve()
    except BrokenPipeError:  # the parent no longer reads
        os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
