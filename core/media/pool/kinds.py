"""The kinds of workers: which jobs each does, how many processes there are, what memory one may take."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MB = 1024**2
SHARE = 2
"""All workers together may take one part in `SHARE` of the machine's memory."""

LEAST, MOST = 768 * MB, 1024 * MB
"""Bounds of one worker's address space: libraries alone map 300 MB of it, of which they use about 50."""

CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class WorkerKind:
    """`jobs_per_process` jobs may be open in one process: more than one only where no job reads files, since
    a file can end the process that parses it. `niceness` is added to that of the server."""

    name: str
    jobs: frozenset[str]
    most_processes: int
    jobs_per_process: int
    niceness: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """How many processes of a kind there may be, and how many bytes of memory each may take."""

    processes: int
    memory: int


SPEECH = WorkerKind("speech", frozenset({"encode", "list_voices", "synthesize"}), 2, 64, 5)
RECOGNITION = WorkerKind("recognition", frozenset({"align", "transcribe"}), 2, 1, 10)
INSPECTION = WorkerKind(
    "inspection",
    frozenset({"draw_page", "inspect_audio", "inspect_image", "inspect_pdf", "inspect_video", "probe"}),
    3,
    1,
    10,
)
KINDS: Mapping[str, WorkerKind] = {
    job: kind for kind in (SPEECH, RECOGNITION, INSPECTION) for job in kind.jobs
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
    kinds = dict.fromkeys(KINDS.values())
    wanted = {kind: min(kind.most_processes, max(processors, 1)) for kind in kinds}
    if memory // SHARE < LEAST * sum(wanted.values()):
        wanted = dict.fromkeys(kinds, 1)
    each = min(max(memory // SHARE // sum(wanted.values()), LEAST), MOST)
    return {kind: Allotment(count, each) for kind, count in wanted.items()}


def description(memory: int, processors: int) -> str:
    """One line for the operator."""
    allotted = allot(memory, processors)
    parts = ", ".join(f"{entry.processes} for {kind.name}" for kind, entry in allotted.items())
    each = next(iter(allotted.values())).memory
    total = sum(entry.processes * entry.memory for entry in allotted.values())
    return (
        f"Local workers: {parts}, at most {each // MB:,} MB each, "
        f"{total // MB:,} MB together of {memory // MB:,} MB."
    )
