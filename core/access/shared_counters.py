"""Counters in Redis that all processes share: quick, or not at all.

All callers of an event loop use one connection. What waits is sent together in one round trip, because
opening a connection for each caller of a burst would take longer than a caller waits.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from django.conf import settings

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger("polyphony.limits")

CONNECTION_SECONDS = 1.0
CONNECTION_TRIES = 20
RETRY_SECONDS = 5.0
"""After a failure nobody waits for Redis for so long."""
LATE_TURNS = 5
"""Turns of the event loop in which an answer that is there already is still taken: a busy process reads it
late, and that is no fault of Redis."""


class ScriptCall(NamedTuple):
    script: str
    key: str
    arguments: tuple[str | int | float, ...]
    result: asyncio.Future[Any]


class SharedCounters:
    """Runs Lua scripts of one key for the callers of one event loop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis: Redis | None = None
        self._waiting: list[ScriptCall] = []
        self._task: asyncio.Task[None] | None = None
        self._retry_at = 0.0

    async def evaluate(self, script: str, key: str, *arguments: str | int | float) -> Any:
        """What the script returns; None where Redis does not answer in time. Never raises."""
        if time.monotonic() < self._retry_at:
            return None
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(ScriptCall(script, key, arguments, result))
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="shared counters")
        await asyncio.wait([result], timeout=settings.REDIS_LIMIT_SECONDS)
        for _ in range(LATE_TURNS):
            if result.done():
                return result.result()
            await asyncio.sleep(0)
        return None

    async def _work(self) -> None:
        try:
            while self._waiting:
                calls, self._waiting = self._waiting, []
                for call, answer in zip(calls, await self._answers(calls), strict=True):
                    call.result.set_result(None if isinstance(answer, Exception) else answer)
        finally:
            self._task = None

    async def _answers(self, calls: list[ScriptCall]) -> list[Any]:
        from redis.exceptions import RedisError  # noqa: PLC0415 - redis is an optional extra

        try:
            async with self._client().pipeline(transaction=False) as pipe:
                for call in calls:
                    pipe.eval(call.script, 1, call.key, *call.arguments)
                return await pipe.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            log.warning("limits are counted by this process alone: Redis: %s", type(error).__name__)
            self._retry_at = time.monotonic() + RETRY_SECONDS
            return [None] * len(calls)

    def _client(self) -> Redis:
        from redis.asyncio import Redis  # noqa: PLC0415 - as above
        from redis.asyncio.retry import Retry  # noqa: PLC0415 - as above
        from redis.backoff import NoBackoff  # noqa: PLC0415 - as above

        if self._redis is None:
            self._redis = Redis.from_url(
                self._url,
                socket_timeout=CONNECTION_SECONDS,
                socket_connect_timeout=CONNECTION_SECONDS,
                # one more try: a server closes connections that were idle
                retry=Retry(NoBackoff(), 1),
            )
        return self._redis

    async def close(self) -> None:
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])
        if self._redis is not None:
            with suppress(Exception):
                await self._redis.aclose()
            self._redis = None


counters: WeakKeyDictionary[asyncio.AbstractEventLoop, SharedCounters] = WeakKeyDictionary()


async def evaluate(script: str, key: str, *arguments: str | int | float) -> int | None:
    """The number that the script returns; None where there is no Redis, or no answer in time."""
    answer = await answered(script, key, *arguments)
    return answer if isinstance(answer, int) else None


async def evaluate_list(script: str, key: str, *arguments: str | int | float) -> list[int] | None:
    """The numbers that the script returns; None as above."""
    answer = await answered(script, key, *arguments)
    return answer if isinstance(answer, list) else None


async def answered(script: str, key: str, *arguments: str | int | float) -> Any:
    """As `SharedCounters.evaluate`; None where there is no Redis."""
    if not settings.REDIS_URL:
        return None
    loop = asyncio.get_running_loop()
    if (mine := counters.get(loop)) is None:
        mine = counters[loop] = SharedCounters(settings.REDIS_URL)
    return await mine.evaluate(script, key, *arguments)


async def connect() -> None:
    """Open the connection, for which the first callers would not wait; gives up after `CONNECTION_TRIES`."""
    for _ in range(CONNECTION_TRIES):
        if not settings.REDIS_URL or await evaluate("return 1", "polyphony:limit") is not None:
            return


async def close() -> None:
    """Close the connection of this event loop."""
    if mine := counters.pop(asyncio.get_running_loop(), None):
        await mine.close()
