"""Rate limits: token buckets in memory, one set per process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple


class Spent(NamedTuple):
    """`wait` is 0, or the seconds until there are enough tokens, and nothing was taken; `level` is what is
    left, below 0 where more was taken than there was."""

    wait: float
    level: float


class TokenBuckets:
    """`capacity` tokens per `seconds` for each name; the least recently used names are forgotten first."""

    def __init__(self, seconds: float = 60.0, names: int = 20_000) -> None:
        self._seconds = seconds
        self._names = names
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, name: Hashable, capacity: float) -> float:
        """Take one token; answers 0, or the seconds to wait when the bucket is empty."""
        return self.spend(name, capacity).wait

    def spend(self, name: Hashable, capacity: float, amount: float = 1, least: float = 1) -> Spent:
        """Take `amount` tokens where there are `least`."""
        level = self._level(name, capacity)
        if level < least:
            return Spent((least - level) * self._seconds / capacity, level)
        level = min(capacity, level - amount)
        self._store(name, level)
        return Spent(0.0, level)

    def give_back(self, name: Hashable, capacity: float, amount: float = 1) -> None:
        """Return tokens that were taken for nothing."""
        self._store(name, min(capacity, self._level(name, capacity) + amount))

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
