"""How many clients may be connected at a time, and which has to go when there are more."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from enum import IntEnum
from typing import Protocol, TypeVar

MOST = 65_536
"""Connections, where the system sets no limit on descriptors."""


FRESH = 1.0
"""Seconds in which a client that is far away begins its request."""


class Rank(IntEnum):
    """What an idle connection waits for; the first goes first."""

    FIRST_BYTE = 0
    HEAD = 1
    NEXT_REQUEST = 2
    FRESH = 3


class Connection(Protocol):
    """What it waits for, a rank, and since when; None while a request is being answered."""

    @property
    def idleness(self) -> tuple[Rank, float] | None: ...


C = TypeVar("C", bound=Connection)


def connection_limit() -> int:
    """Half of the descriptors: a request may take others for its provider, its files and the database."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if limit == resource.RLIM_INFINITY else min(limit // 2, MOST)


def most_idle(connections: Iterable[C]) -> C | None:
    """The connection to close for a new one: of the lowest rank, and of those the oldest.

    None where all are busy.
    """
    now = time.monotonic()
    found, lowest = None, None
    for each in connections:
        if (idleness := each.idleness) is not None:
            rank, since = idleness
            place = (Rank.FRESH if now - since < FRESH else rank, since)
            if lowest is None or place < lowest:
                found, lowest = each, place
    return found
