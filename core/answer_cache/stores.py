"""The store of this event loop, by the settings; and the caches that callers share."""

from __future__ import annotations

import asyncio
from pathlib import Path
from weakref import WeakKeyDictionary

from django.conf import settings

from core.answer_cache.disk import DiskStore
from core.answer_cache.redis import RedisStore
from core.routing.cache.store import CacheStore

MIB = 1024 * 1024
SHARE = 8
"""An entry takes at most the eighth part of the cache."""
LARGEST = 16 * MIB
"""And at most so many bytes."""

stores: WeakKeyDictionary[asyncio.AbstractEventLoop, CacheStore] = WeakKeyDictionary()


def store() -> CacheStore:
    """The store that this event loop uses."""
    loop = asyncio.get_running_loop()
    if (mine := stores.get(loop)) is None:
        mine = stores[loop] = new_store()
    return mine


def new_store() -> CacheStore:
    most = settings.ANSWER_CACHE_MB * MIB
    largest = min(LARGEST, most // SHARE)
    return RedisStore(settings.REDIS_URL, most, largest) if settings.REDIS_URL else disk(most, largest)


def disk(most: int, largest: int) -> DiskStore:
    return DiskStore(Path(settings.VAR) / "answers", most, largest)


def sweep() -> int:
    """Delete what has expired on the disk; how many entries. Redis does so itself. Blocking."""
    return 0 if settings.REDIS_URL else disk(settings.ANSWER_CACHE_MB * MIB, LARGEST).sweep()


async def close() -> None:
    """Close what this event loop has open."""
    mine = stores.pop(asyncio.get_running_loop(), None)
    if isinstance(mine, RedisStore):
        await mine.close()
