"""Saving answers of megabytes: what a thread needed for one is given back at once."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.db import connection

saving = Lock()
trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""The C library's, where it is glibc: it keeps what was freed, for each thread."""


@contextmanager
def saved_alone() -> Iterator[None]:
    """One thread at a time is in the block: a long answer is in memory as a whole there, and more than once.

    The connection is closed behind it: SQLite's keeps the values of every statement until it is run again.
    """
    with saving:
        give_back()  # what rendering it has left
        try:
            yield
        finally:
            connection.close()
            give_back()


def give_back() -> None:
    if trim is not None:
        trim(0)
