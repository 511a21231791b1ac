"""The health of endpoints over all processes: failures counted in Redis, read by each process every second.

Without Redis, and while it does not answer, each process has its own view.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from django.conf import settings

from core.access import shared_limits
from core.access.endpoints.ceilings import SharedCeilings
from core.access.shared_counters import evaluate, evaluate_list
from core.routing.ceilings.places import Ceilings
from core.routing.health import (
    FAILURES_BEFORE_REST,
    LONGEST_REST,
    PROBE_SECONDS,
    REST,
    Failure,
    Health,
)

READ_SECONDS = 1.0
FORGET_SECONDS = 3600
"""After so long without a failure, those before are forgotten."""

NOW = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
"""
FAILED = f"""
{NOW}
local known = redis.call('HGET', KEYS[1], ARGV[1]) or '0 0'
local failures, till = string.match(known, '(%S+) (%S+)')
failures, till = tonumber(failures) + 1, tonumber(till)
local counted, rest = math.max(failures, tonumber(ARGV[2])), tonumber(ARGV[3])
if rest < 0 then
  rest = 0
  if counted >= {FAILURES_BEFORE_REST} then
    rest = math.min({REST} * 2 ^ math.min(counted - {FAILURES_BEFORE_REST}, 8), {LONGEST_REST})
  end
end
if rest > 0 then till = math.max(till, now + rest) end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%d %.3f %.3f', failures, till, now))
redis.call('EXPIRE', KEYS[1], {FORGET_SECONDS})
return failures
"""
"""Counts a failure as `Health` does; a value is the failures, the end of the rest, and when written."""

SUCCEEDED = "return redis.call('HDEL', KEYS[1], ARGV[1])"

READ = f"""
{NOW}
local found, values = {{}}, redis.call('HGETALL', KEYS[1])
for place = 1, #values, 2 do
  local failures, till, written = string.match(values[place + 1], '(%S+) (%S+) (%S+)')
  if now - written > {FORGET_SECONDS} then
    redis.call('HDEL', KEYS[1], values[place])
  else
    table.insert(found, tonumber(values[place]))
    table.insert(found, tonumber(failures))
    table.insert(found, math.max(0, math.ceil((till - now) * 1000)))
  end
end
return found
"""
"""Returns endpoint, failures and milliseconds of rest left, one after the other."""

PROBE = """
if redis.call('SET', KEYS[1], 1, 'NX', 'PX', ARGV[1]) then return 1 end
return 0
"""


def key(*parts: object) -> str:
    return ":".join([shared_limits.PREFIX, "health", *map(str, parts)])


class RedisHealth:
    """Implements routing's `HealthStore`; what it tells is sent in the background."""

    def __init__(self) -> None:
        self._pending: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def failed(self, endpoint_id: int, failure: Failure) -> None:
        rest = -1.0 if failure.rest is None else failure.rest
        self._send(endpoint_id, evaluate(FAILED, key(), endpoint_id, failure.counted, rest))

    def succeeded(self, endpoint_id: int) -> None:
        self._send(endpoint_id, evaluate(SUCCEEDED, key(), endpoint_id))

    def is_pending(self, endpoint_id: int) -> bool:
        return self._pending[endpoint_id] > 0

    async def probe(self, endpoint_id: int) -> bool:
        milliseconds = int(PROBE_SECONDS * 1000)
        return await evaluate(PROBE, key("probe", endpoint_id), milliseconds) != 0

    def _send(self, endpoint_id: int, message: Coroutine[Any, Any, int | None]) -> None:
        if not settings.REDIS_URL:
            message.close()
            return
        self._pending[endpoint_id] += 1
        task = asyncio.create_task(self._sent(endpoint_id, message), name=f"health of endpoint {endpoint_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sent(self, endpoint_id: int, message: Coroutine[Any, Any, int | None]) -> None:
        try:
            await message
        finally:
            self._pending[endpoint_id] -= 1


health = Health(store=RedisHealth(), ceilings=Ceilings(SharedCeilings()))
"""Which targets failed lately, as this process knows it."""


async def read(into: Health = health) -> None:
    """Take over what all processes know, if Redis answers in time."""
    values = await evaluate_list(READ, key())
    if values is not None:
        rows = zip(values[::3], values[1::3], values[2::3], strict=True)
        into.update({endpoint: (failures, left / 1000) for endpoint, failures, left in rows})


async def follow() -> None:
    """Read again and again, where there is a Redis."""
    while settings.REDIS_URL:
        await read()
        await asyncio.sleep(READ_SECONDS)
