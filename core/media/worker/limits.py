"""Resource limits of a worker process: memory, processor time, open files."""

from __future__ import annotations

import ctypes
import os

try:
    import resource
except ImportError:  # Windows has no rlimits; the parent's time-out still ends a runaway step
    resource = None  # type: ignore[assignment]

FILE_SIZE = 2 * 1024**3
OPEN_FILES = 64
STACK = 1024**2
"""Bytes for each thread that FFmpeg starts, two for each encoder: by default they map 8 MB each."""


def apply(memory: int, niceness: int) -> None:
    """Bound this process: address space, file size, files, no core dumps, a lower priority."""
    if resource is None:
        return
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_FSIZE, FILE_SIZE)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)
    os.nice(niceness)
    _shrink_stacks()


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


def _shrink_stacks() -> None:
    """Let threads that libraries start have small stacks, where the C library can be told."""
    try:
        attributes = ctypes.create_string_buffer(256)  # more than a `pthread_attr_t` anywhere
        library = ctypes.CDLL(None)
        library.pthread_attr_init(attributes)
        library.pthread_attr_setstacksize(attributes, ctypes.c_size_t(STACK))
        library.pthread_setattr_default_np(attributes)
    except (AttributeError, OSError):
        return


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (bounded, bounded))
    except (ValueError, OSError):  # macOS refuses some kinds: a bound less, not a reason to fail
        return
