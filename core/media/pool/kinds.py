"""The kinds of workers: which jobs each does, how many processes there are, what memory one may take."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MB = 1024**2
SHARE = 2
"""All workers together may take one part in `SHARE` of the machine's memory."""

CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class WorkerKind:
    """`jobs_per_process` jobs may be open in one process: more than one only where no job reads files, since
    a file can end the process that parses it. `niceness` is added to that of the server.

    `least` and `most` bound the address space of one process, in bytes: libraries alone map 300 MB of it, of
    which they use about 50. `most_threads` of the machine's processors work for one process at once.
    `step_seconds` is the longest step of a job. After `idle_seconds` without a job a process leaves; None: it
    stays.
    """

    name: str
    jobs: frozenset[str]
    most_processes: int
    jobs_per_process: int
    niceness: int
    least: int = 768 * MB
    most: int = 1024 * MB
    most_threads: int = 1
    step_seconds: float = 30.0
    idle_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Allotment:
    """How many processes of a kind there may be, how many bytes of memory each may take, and how many threads
    its libraries may start."""

    processes: int
    memory: int
    threads: int = 1


SPEECH = WorkerKind("speech", frozenset({"encode", "list_voices", "synthesize"}), 2, 64, 5)
NATURAL_SPEECH = WorkerKind(
    "natural speech", frozenset({"synthesize_hibari"}), 1, 64, 5, least=832 * MB, idle_seconds=1800.0
)
"""One process speaks many times faster than people listen, and a second would first have to load. Libraries
and dictionary take 190 MB, with every voice and both accents 340 MB; half an hour without work is long enough
to keep them. Fifteen texts at once map 600 MB with one voice, 750 MB with all."""

ALIGNMENT = WorkerKind("alignment", frozenset({"align"}), 2, 1, 10)
TRANSCRIPTION = WorkerKind(
    "transcription",
    frozenset({"transcribe"}),
    2,
    1,
    10,
    least=1792 * MB,
    most=4096 * MB,
    most_threads=4,
    step_seconds=300.0,
    idle_seconds=300.0,
)
"""The model of a worker takes 250 MB and more, so it is not kept for long without work; with libraries and
threads it maps 1,610 to 1,690 MB."""

INSPECTION = WorkerKind(
    "inspection",
    frozenset(
        {
            "draw_page",
            "inspect.audio",
            "inspect.image",
            "inspect.pdf",
            "inspect.video",
            "probe",
            "reencode_image",
            "transcode",
        }
    ),
    3,
    1,
    10,
)
TEXT_READING = WorkerKind(
    "text reading",
    frozenset({"read_text"}),
    1,
    1,
    10,
    least=1024 * MB,
    most=2048 * MB,
    step_seconds=60.0,
    idle_seconds=300.0,
)
"""Its networks take 170 MB, finding the lines of a page 400 MB for a moment. One thread: a second one doubles
the processor time of a page and makes little of it faster."""

DRAWING = WorkerKind(
    "drawing",
    frozenset({"canvas.edit", "canvas.generate"}),
    2,
    1,
    10,
    step_seconds=60.0,
    idle_seconds=300.0,
)
"""One picture at a time; what a picture of 2048 pixels a side takes is tested."""

KINDS: Mapping[str, WorkerKind] = {
    job: kind
    for kind in (SPEECH, NATURAL_SPEECH, ALIGNMENT, TRANSCRIPTION, INSPECTION, TEXT_READING, DRAWING)
    for job in kind.jobs
}
"""By the name of a job. Speech has processes of its own: what files do to theirs does not reach it."""


def machine_memory() -> int:
    """Bytes of memory that this machine, or the container we are in, has."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 4096 * MB
    limits = [Path(path) for path in CGROUP_LIMITS if Path(path).exists()]
    texts = [path.read_text().strip() for path in limits]
    return min([total, *(int(text) for text in texts if text.isdigit())])


def allot(memory: int, processors: int) -> dict[WorkerKind, Allotment]:
    """What each kind may take of a machine with so many bytes of memory and processors.

    One process of each kind there is anyway; a small machine has no second one.
    """
    processors = max(processors, 1)
    kinds = dict.fromkeys(KINDS.values())
    wanted = {kind: min(kind.most_processes, processors) for kind in kinds}
    if memory // SHARE < least_memory(wanted):
        wanted = dict.fromkeys(kinds, 1)
    room = memory / SHARE / least_memory(wanted)
    return {
        kind: Allotment(
            count,
            int(min(max(kind.least * room, kind.least), kind.most)),
            max(1, min(kind.most_threads, processors // count)),
        )
        for kind, count in wanted.items()
    }


def least_memory(processes: Mapping[WorkerKind, int]) -> int:
    """Bytes that so many processes of each kind need."""
    return sum(kind.least * count for kind, count in processes.items())


def description(memory: int, processors: int) -> str:
    """One line for the operator."""
    allotted = allot(memory, processors)
    parts = ", ".join(
        f"{entry.processes} for {kind.name} (at most {entry.memory // MB:,} MB each)"
        for kind, entry in allotted.items()
    )
    total = sum(entry.processes * entry.memory for entry in allotted.values())
    return f"Local workers: {parts}, {total // MB:,} MB together of {memory // MB:,} MB."
