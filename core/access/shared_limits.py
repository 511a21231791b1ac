"""Limits over all processes, counted in Redis; without it, and while it does not answer, by each process."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Hashable

from core.access.rate_limits import Spent, TokenBuckets
from core.access.shared_counters import evaluate, evaluate_list

PREFIX = "polyphony:limit"
SPEND = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local capacity, seconds = tonumber(ARGV[1]), tonumber(ARGV[2])
local amount, least = tonumber(ARGV[3]), tonumber(ARGV[4])
local known = redis.call('HMGET', KEYS[1], 'level', 'since')
local elapsed = math.max(0, now - (tonumber(known[2]) or now))
local level = math.min(capacity, (tonumber(known[1]) or capacity) + elapsed * capacity / seconds)
if level < least then
  return {math.ceil((least - level) * seconds / capacity * 1000), math.floor(level * 1000)}
end
level = math.min(capacity, level - amount)
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level), 'since', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(math.max(1, capacity - level) * seconds / capacity) + 1)
return {0, math.floor(level * 1000)}
"""
"""Takes tokens of a bucket; returns 0 or the milliseconds to wait, and the level in thousandths."""

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
        return (await self.spend(name, capacity)).wait

    async def spend(self, name: Hashable, capacity: float, amount: float = 1, least: float = 1) -> Spent:
        """Take `amount` tokens where there are `least`; a negative amount is given back."""
        own = self._own.spend(name, capacity, amount, least)
        if own.wait:
            return own
        key = f"{PREFIX}:rate:{self._limit}:{name}"
        shared = await evaluate_list(SPEND, key, capacity, self._seconds, amount, least)
        if shared is None:
            return own
        wait, level = (value / 1000 for value in shared)
        if wait:
            self._own.give_back(name, capacity, amount)
        return Spent(wait, level)


class ParallelLimit:
    """At most `places` at a time for each name, such as a user's id, over all processes."""

    def __init__(self, limit: str, places: int = 0) -> None:
        self.places = places
        self._limit = limit
        self._held: defaultdict[Hashable, set[str]] = defaultdict(set)
        self._renewal: asyncio.Task[None] | None = None

    def held(self, user: Hashable) -> int:
        """Places that the user has in this process."""
        return len(self._held.get(user, ()))

    async def enter(self, user: Hashable, places: int | None = None) -> str:
        """Take a place, of `places` where the user has a number of their own; its id, empty when all are
        taken."""
        places = places or self.places
        if self.held(user) >= places:
            return ""
        place = secrets.token_hex(8)
        # before the first wait: others that come meanwhile must count it
        self._held[user].add(place)
        try:
            entered = await evaluate(ENTER, self._key(user), place, places, LEASE_SECONDS)
        except BaseException:
            # it is entered all the same once Redis has read it
            await self.leave(user, place)
            raise
        if entered == 0:
            self.forget(user, place)
            return ""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew_repeatedly(), name=f"places of {self._limit}")
        return place

    async def leave(self, user: Hashable, place: str) -> None:
        self.forget(user, place)
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

    def forget(self, user: Hashable, place: str) -> None:
        """Free a place for others of this process at once: `leave` tells all."""
        held = self._held.get(user, set())
        held.discard(place)
        if not held:
            self._held.pop(user, None)

    def _key(self, user: Hashable) -> str:
        return f"{PREFIX}:places:{self._limit}:{user}"
