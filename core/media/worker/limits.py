"""Resource limits of a worker process: memory, processor time, open files."""

from __future__ import annotations

import os

try:
    import resource
except ImportError:  # Windows has no rlimits; the parent's time-out still ends a runaway step
    resource = None  # type: ignore[assignment]

MEMORY = 2 * 1024**3
FILE_SIZE = 2 * 1024**3
OPEN_FILES = 64


def apply() -> None:
    """Bound this process: address space, file size, files, no core dumps, a low priority."""
    if resource is None:
        return
    _lower(resource.RLIMIT_AS, MEMORY)
    _lower(resource.RLIMIT_FSIZE, FILE_SIZE)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)
    os.nice(5)


def allow_processor(seconds: int) -> None:
    """Let the coming step burn this much processor time; the kernel ends the process after that."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (bounded, bounded))
    except (ValueError, OSError):  # macOS refuses some kinds: a bound less, not a reason to fail
        return
