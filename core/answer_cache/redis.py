"""Entries in Redis, which all processes share; it deletes them itself when they expire.

What all of them take together is bounded by an index of our own: a sorted set of their keys and sizes by the
time they expire, and the sum. One script changes entry, index and sum together.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger("polyphony.cache")

PREFIX = "polyphony:answers:"
INDEX, SIZES, SUM = f"{PREFIX}index", f"{PREFIX}sizes", f"{PREFIX}bytes"
ANSWER_SECONDS = 1.0
RETRY_SECONDS = 5.0
"""After a failure Redis is left alone for so long."""

FORGET = """
local function forget(key)
  local size = tonumber(redis.call('HGET', KEYS[2], key) or '0')
  redis.call('ZREM', KEYS[1], key)
  redis.call('HDEL', KEYS[2], key)
  redis.call('DECRBY', KEYS[3], size)
end
"""
PUT = (
    FORGET
    + """
local key, prefix, size = ARGV[1], ARGV[2], tonumber(ARGV[4])
local now, seconds, most = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do forget(old) end
forget(key)
while tonumber(redis.call('GET', KEYS[3]) or '0') + size > most do
  local first = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
  if not first then
    redis.call('SET', KEYS[3], 0)
    break
  end
  redis.call('UNLINK', prefix .. first)
  forget(first)
end
redis.call('SET', prefix .. key, ARGV[3], 'EX', seconds)
redis.call('ZADD', KEYS[1], now + seconds, key)
redis.call('HSET', KEYS[2], key, size)
redis.call('INCRBY', KEYS[3], size)
return 1
"""
)
DELETE = FORGET + "redis.call('UNLINK', ARGV[2] .. ARGV[1]) forget(ARGV[1]) return 1"


class RedisStore:
    """At most `most` bytes in all and `largest` in one entry: those go first that expire first.

    An entry is a miss while Redis does not answer within a second.
    """

    def __init__(self, url: str, most: int, largest: int) -> None:
        self.url = url
        self.most = most
        self.largest = largest
        self._redis: Redis | None = None
        self._rest = 0.0

    async def get(self, key: str) -> bytes | None:
        found = await self._answer(lambda redis: redis.get(f"{PREFIX}{key}"))
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, data: bytes, seconds: int) -> None:
        if len(data) <= self.largest:
            await self._script(PUT, key, PREFIX, data, len(data), time.time(), seconds, self.most)

    async def delete(self, key: str) -> None:
        await self._script(DELETE, key, PREFIX)

    async def close(self) -> None:
        if (redis := self._redis) is not None:
            self._redis = None
            with suppress(Exception):
                await redis.aclose()

    async def _script(self, script: str, *arguments: Any) -> None:
        await self._answer(lambda redis: redis.eval(script, 3, INDEX, SIZES, SUM, *arguments))

    async def _answer(self, ask: Any) -> Any:
        """What Redis answers; None where it does not."""
        from redis.exceptions import RedisError  # noqa: PLC0415 - redis is an optional extra

        if time.monotonic() < self._rest:
            return None
        try:
            asked: Awaitable[Any] = ask(self._client())
            return await asked
        except (RedisError, OSError) as error:
            log.warning("answers are not cached: Redis: %s", type(error).__name__)
            self._rest = time.monotonic() + RETRY_SECONDS
            return None

    def _client(self) -> Redis:
        from redis.asyncio import Redis  # noqa: PLC0415 - as above
        from redis.asyncio.retry import Retry  # noqa: PLC0415 - as above
        from redis.backoff import NoBackoff  # noqa: PLC0415 - as above

        if self._redis is None:
            self._redis = Redis.from_url(
                self.url,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
                # one more try: a server closes connections that were idle
                retry=Retry(NoBackoff(), 1),
            )
        return self._redis
