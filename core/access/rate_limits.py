"""Rate limits: token buckets in memory, one set per process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable


class TokenBuckets:
    """`capacity` tokens per `seconds` for each name; the least recently used names are forgotten first."""

    def __init__(self, seconds: float = 60.0, names: int = 20_000) -> None:
        self._seconds = seconds
        self._names = names
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, name: Hashable, capacity: float) -> float:
        """Take one token; answers 0, or the seconds to wait when the bucket is empty."""
        level = self._level(name, capacity)
        if level < 1:
            return (1 - level) * self._seconds / capacity
        self._store(name, level - 1)
        return 0.0

    def give_back(self, name: Hashable, capacity: float) -> None:
        """Return a token that was taken for nothing."""
        self._store(name, min(capacity, self._level(name, capacity) + 1))

    def empty(self, name: Hashable, capacity: float) -> bool:
        return self._level(name, capacity) < 1

    def _level(self, name: Hashable, capacity: float) -> float:
        level, since = self._levels.get(name, (capacity, time.monotonic()))
        return min(capacity, level + (time.monotonic() - since) * capacity / self._seconds)

    def _store(self, name: Hashable, level: float) -> None:
        self._levels[name] = (level, time.monotonic())
        self._levels.move_to_end(name)
        if len(self._levels) > self._names:
            self._levels.popitem(last=False)
