"""A run's log in a Redis Stream, so that any process can follow and stop it; entry ids are event numbers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import orjson
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core import background
from core.contract.errors import NotFound, Unavailable
from playground.frames import event_object
from playground.runs.log import Body, Numbered, ends

log = logging.getLogger("polyphony.runs")

EXPIRY_SECONDS = 3600
STOP_SECONDS = 60
ALIVE_SECONDS = 15
TICK = 0.5
GATHER = 0.02
BACKLOG = 8 * 1024 * 1024
MAX_BYTES = 32 * 1024 * 1024
FINAL_TRIES = 20
BLOCK_MS = 2000
ANSWER_SECONDS = 4.0
"""Longer than a reader waits for events; a Redis that is silent for so long has failed."""

clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = WeakKeyDictionary()


def client() -> Redis:
    """This event loop's connection pool."""
    loop = asyncio.get_running_loop()
    if loop not in clients:
        clients[loop] = Redis.from_url(
            settings.REDIS_URL, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        )
    return clients[loop]


async def close() -> None:
    """Close the connections of this event loop."""
    if held := clients.pop(asyncio.get_running_loop(), None):
        with suppress(RedisError):
            await held.aclose()


background.shutdown_hooks.append(close)


def key(run: UUID, what: str) -> str:
    return f"polyphony:run:{run}:{what}"


class RedisLog:
    """Copies the log of a run of this process to Redis, in batches; the run never waits for it.

    Where Redis is too slow or fails, other processes cannot follow the run; the run itself goes on.
    """

    def __init__(self, run: UUID, on_stop: Callable[[], None]) -> None:
        self.run = run
        self._on_stop = on_stop
        self._waiting: deque[tuple[int, bytes, bytes]] = deque()
        self._backlog = 0
        self._stored: dict[int, int] = {}
        self._stored_size = 0
        self._first = 1
        self._blocks: dict[int, int] = {}
        self._outdated: set[int] = set()
        self._ended = self._lost = False
        self._added = asyncio.Event()

    def add(self, number: int, body: Body) -> None:
        is_audio = type(body) is bytes
        data = body if isinstance(body, bytes) else orjson.dumps(event_object(body))
        self._ended = self._ended or (not is_audio and ends(body))
        self._backlog += len(data)
        self._lost = self._lost or self._backlog > BACKLOG
        if self._lost:
            self._waiting.clear()
        else:
            self._waiting.append((number, b"sound" if is_audio else b"text", data))
        if isinstance(body, dict) and body["type"] == "html.block":
            self._outdated |= {self._blocks.get(body["index"], 0)} - {0}
            self._blocks[body["index"]] = number
        self._added.set()

    async def work(self) -> None:
        """Copy until the run has ended; runs as a background task."""
        failures = 0
        while not self._lost and not (self._ended and not self._waiting) and failures < FINAL_TRIES:
            self._added.clear()
            if not self._waiting:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._added.wait(), TICK)
            await asyncio.sleep(GATHER)
            try:
                await self._copy()
                failures = 0
            except (RedisError, OSError) as error:
                failures += 1
                log.warning("run %s: not copied to Redis: %s", self.run, type(error).__name__)
                await asyncio.sleep(TICK)

    async def _copy(self) -> None:
        waiting, outdated = list(self._waiting), frozenset(self._outdated)
        batch = [entry for entry in waiting if entry[0] not in outdated]
        gone = [number for number in outdated if number in self._stored]
        self._count(batch, gone)
        stream = key(self.run, "log")
        async with client().pipeline(transaction=True) as pipe:
            for number, kind, data in batch:
                pipe.xadd(stream, {kind: data}, id=f"{number}-0")
            if gone:
                pipe.xdel(stream, *(f"{number}-0" for number in gone))
            if self._first > 1:
                pipe.xtrim(stream, minid=f"{self._first}-0", approximate=False)
                pipe.set(key(self.run, "first"), self._first, ex=EXPIRY_SECONDS)
            pipe.expire(stream, EXPIRY_SECONDS)
            pipe.set(key(self.run, "alive"), 1, ex=ALIVE_SECONDS)
            if self._ended:
                pipe.delete(key(self.run, "alive"))
            pipe.getdel(key(self.run, "stop"))
            *_, asked = await pipe.execute()
        for *_, data in waiting:
            self._waiting.popleft()
            self._backlog -= len(data)
        self._outdated -= outdated
        if asked:
            self._on_stop()

    def _count(self, batch: list[tuple[int, bytes, bytes]], gone: list[int]) -> None:
        """Count what Redis holds after this batch, and find the oldest number that may stay there."""
        for number in gone:
            self._stored_size -= self._stored.pop(number)
        for number, _, data in batch:
            self._stored_size += len(data) - self._stored.get(number, 0)
            self._stored[number] = len(data)
        while self._stored_size > MAX_BYTES and len(self._stored) > 1:
            oldest = next(iter(self._stored))
            self._stored_size -= self._stored.pop(oldest)
            self._first = next(iter(self._stored))


async def exists(run: UUID) -> bool:
    """Whether Redis has the log of this run; False while Redis does not answer."""
    try:
        return bool(await client().exists(key(run, "log")))
    except (RedisError, OSError):
        return False


async def alive(run: UUID) -> bool:
    return bool(await client().exists(key(run, "alive")))


async def gone(run: UUID) -> bool:
    """Whether Redis has nothing of this run; a living process would have written again meanwhile."""
    for pause in (2 * TICK, 0.0):
        if await client().exists(key(run, "log"), key(run, "alive")):
            return False
        await asyncio.sleep(pause)
    return True


async def request_stop(run: UUID) -> None:
    """Ask the process of the run to stop it, within half a second. Raises `Unavailable` without Redis."""
    try:
        await client().set(key(run, "stop"), 1, ex=STOP_SECONDS)
    except (RedisError, OSError) as error:
        raise Unavailable("The process that makes this run cannot be reached.") from error


async def opening(run: UUID, after: int) -> list[Numbered]:
    """As `Log.opening`."""
    found = await client().xrange(key(run, "log"), min="1-0", max="1-0") if after > 0 else []
    return [numbered(name, fields) for name, fields in found]


async def first(run: UUID) -> int:
    """The oldest number that is still stored of a long log."""
    return int(await client().get(key(run, "first")) or 1)


async def read(run: UUID, after: int) -> AsyncGenerator[list[Numbered], None]:
    """Everything numbered above `after`, until the run ends, its process is gone or its log is.

    Raises `NotFound` when the events right after `after` are no longer stored.
    """
    position = after
    quiet_since = time.monotonic()
    while True:
        found: Any = await client().xread({key(run, "log"): f"{position}-0"}, count=64, block=BLOCK_MS)
        entries = found[0][1] if found else []
        if entries:
            batch = [numbered(name, fields) for name, fields in entries]
            # a gap may also be an event that a later one has replaced
            if batch[0][0] != position + 1 and await first(run) > position + 1:
                raise NotFound("Events after that number are no longer kept.", code="log_trimmed")
            position = batch[-1][0]
            quiet_since = time.monotonic()
            yield batch
            if ends(batch[-1][1]):
                return
        elif await gone(run) or (time.monotonic() - quiet_since > ALIVE_SECONDS and not await alive(run)):
            return


def numbered(name: bytes, fields: dict[bytes, bytes]) -> Numbered:
    number = int(name.partition(b"-")[0])
    if b"sound" in fields:
        return number, fields[b"sound"]
    return number, orjson.loads(fields[b"text"])
