"""Limits over all processes, counted in Redis; without it, and while it does not answer, by each process."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Hashable

from core.access.rate_limits import TokenBuckets
from core.access.shared_counters import evaluate

PREFIX = "polyphony:limit"
TAKE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local capacity, seconds = tonumber(ARGV[1]), tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'level', 'since')
local elapsed = math.max(0, now - (tonumber(known[2]) or now))
local level = math.min(capacity, (tonumber(known[1]) or capacity) + elapsed * capacity / seconds)
if level < 1 then return math.ceil((1 - level) * seconds / capacity * 1000) end
redis.call('HSET', KEYS[1], 'level', tostring(level - 1), 'since', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(seconds))
return 0
"""
"""Takes a token of a bucket; returns 0, or the milliseconds to wait."""

ENTER = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return 0
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
"""Takes or renews a place for some seconds; returns 0 when all places are taken."""

LEAVE = "return redis.call('ZREM', KEYS[1], ARGV[1])"

LEASE_SECONDS = 60
"""The places of a process that died are free after so long."""
UNLIMITED = 1_000_000


class RateLimit:
    """A token bucket for each name. What this process refuses by its own count needs no look at Redis."""

    def __init__(self, limit: str, seconds: float = 60.0) -> None:
        self._limit = limit
        self._seconds = seconds
        self._own = TokenBuckets(seconds)

    async def take(self, name: Hashable, capacity: float) -> float:
        """Take one token; answers 0, or the seconds to wait when the bucket is empty."""
        if wait := self._own.take(name, capacity):
            return wait
        key = f"{PREFIX}:rate:{self._limit}:{name}"
        if wait := await evaluate(TAKE, key, capacity, self._seconds) or 0:
            self._own.give_back(name, capacity)
        return wait / 1000


class ParallelLimit:
    """At most `places` at a time for each user, over all processes."""

    def __init__(self, limit: str, places: int) -> None:
        self.places = places
        self._limit = limit
        self._held: defaultdict[int, set[str]] = defaultdict(set)
        self._renewal: asyncio.Task[None] | None = None

    def held(self, user: int) -> int:
        """Places that the user has in this process."""
        return len(self._held.get(user, ()))

    async def enter(self, user: int) -> str:
        """Take a place; its id, empty when the user has all of theirs."""
        if self.held(user) >= self.places:
            return ""
        place = secrets.token_hex(8)
        # before the first wait: others that come meanwhile must count it
        self._held[user].add(place)
        try:
            entered = await evaluate(ENTER, self._key(user), place, self.places, LEASE_SECONDS)
        except BaseException:
            self._forget(user, place)
            raise
        if entered == 0:
            self._forget(user, place)
            return ""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew_repeatedly(), name=f"places of {self._limit}")
        return place

    async def leave(self, user: int, place: str) -> None:
        self._forget(user, place)
        await evaluate(LEAVE, self._key(user), place)

    async def renew(self) -> None:
        """Keep the places of this process, and enter those that Redis has lost or never had."""
        for user, places in list(self._held.items()):
            for place in list(places):
                await evaluate(ENTER, self._key(user), place, UNLIMITED, LEASE_SECONDS)

    async def _renew_repeatedly(self) -> None:
        while self._held:
            await asyncio.sleep(LEASE_SECONDS / 3)
            await self.renew()

    def _forget(self, user: int, place: str) -> None:
        held = self._held.get(user, set())
        held.discard(place)
        if not held:
            self._held.pop(user, None)

    def _key(self, user: int) -> str:
        return f"{PREFIX}:places:{self._limit}:{user}"
