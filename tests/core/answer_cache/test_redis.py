"""The store in Redis: shared, bounded, and a miss where Redis does not answer."""

from __future__ import annotations

import asyncio

import pytest

from core.answer_cache.redis import INDEX, PREFIX, SIZES, SUM, RedisStore
from tests.fakes.redis_database import current

pytestmark = pytest.mark.anyio
redis = pytest.importorskip("redis")

KEYS = [f"{number:064x}" for number in range(20)]


@pytest.fixture
def database():
    found = redis.Redis.from_url(current(), socket_connect_timeout=1)
    try:
        found.ping()
    except redis.exceptions.RedisError:
        pytest.skip("no Redis answers")
    forget(found)
    yield found
    forget(found)
    found.close()


def forget(database) -> None:
    for name in database.scan_iter(f"{PREFIX}*"):
        database.delete(name)


@pytest.fixture
async def store(database, anyio_backend):
    found = RedisStore(current(), most=1000, largest=300)
    yield found
    await found.close()


def used(database) -> tuple[int, int, int, int]:
    """Bytes and numbers by index, and how many entries there are."""
    entries = [name for name in database.scan_iter(f"{PREFIX}*") if len(name) == len(PREFIX) + 64]
    return int(database.get(SUM) or 0), database.zcard(INDEX), database.hlen(SIZES), len(entries)


async def test_an_entry_is_found_again(store, database):
    assert await store.get(KEYS[0]) is None
    await store.put(KEYS[0], b"one", 60)
    await store.put(KEYS[0], b"other", 60)
    assert (await store.get(KEYS[0]), await store.get(KEYS[1])) == (b"other", None)
    assert used(database) == (5, 1, 1, 1)
    assert 0 < database.ttl(PREFIX + KEYS[0]) <= 60


async def test_an_entry_is_deleted(store, database):
    await store.put(KEYS[0], b"one", 60)
    await store.delete(KEYS[0])
    await store.delete(KEYS[1])
    assert (await store.get(KEYS[0]), used(database)) == (None, (0, 0, 0, 0))


async def test_an_entry_above_its_bound_is_not_kept(store):
    await store.put(KEYS[0], b"x" * 301, 60)
    assert await store.get(KEYS[0]) is None


async def test_those_go_that_expire_first(store, database):
    for number, key in enumerate(KEYS[:8]):
        await store.put(key, b"x" * 200, 100 - number)
    assert used(database) == (1000, 5, 5, 5)
    kept = [key for key in KEYS[:8] if await store.get(key)]
    assert kept == [*KEYS[:4], KEYS[7]]


async def test_what_has_expired_is_no_longer_counted(store, database):
    await store.put(KEYS[0], b"x" * 200, 60)
    database.zadd(INDEX, {KEYS[0]: 1})
    database.delete(PREFIX + KEYS[0])
    await store.put(KEYS[1], b"x" * 100, 60)
    assert used(database) == (100, 1, 1, 1)


async def test_processes_share_entries(store, database):
    other = RedisStore(current(), most=1000, largest=300)
    await store.put(KEYS[0], b"one", 60)
    assert await other.get(KEYS[0]) == b"one"
    await other.close()


async def test_many_at_once_stay_within_the_bound(store, database):
    await asyncio.gather(*(store.put(key, b"x" * 150, 60) for key in KEYS))
    total, *numbers = used(database)
    assert (total, numbers) == (900, [6, 6, 6])


async def test_without_redis_nothing_is_in_the_cache():
    store = RedisStore("redis://127.0.0.1:1/0", most=1000, largest=300)
    await store.put(KEYS[0], b"one", 60)
    await store.delete(KEYS[0])
    assert await store.get(KEYS[0]) is None
    await store.close()
