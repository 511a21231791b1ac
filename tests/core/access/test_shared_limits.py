"""Limits that several processes share through a real Redis, and what holds while it does not answer."""

from __future__ import annotations

import asyncio
import time

import pytest

from core.access import shared_counters, shared_limits
from core.access.shared_limits import ParallelLimit, RateLimit

pytestmark = pytest.mark.anyio


@pytest.fixture
async def redis(settings, redis_proxy, redis_through_proxy, anyio_backend):
    """The proxy before Redis; connected, so that the first caller waits for no handshake."""
    settings.REDIS_URL = redis_through_proxy
    # a machine that is busy with other tests may take longer than a caller should wait
    settings.REDIS_LIMIT_SECONDS = 2.0
    while await shared_counters.evaluate("return 1", "ready") is None:
        pass
    yield redis_proxy
    await shared_counters.close()


def processes(number: int) -> list[RateLimit]:
    """The same limit in so many processes."""
    return [RateLimit("keys") for _ in range(number)]


async def admitted(limits: list[RateLimit], capacity: int, each: int) -> int:
    waits = await asyncio.gather(*(limit.take(7, capacity) for limit in limits for _ in range(each)))
    return waits.count(0.0)


@pytest.mark.parametrize("number", [2, 4])
async def test_a_rate_is_counted_over_all_processes(redis, number):
    assert await admitted(processes(number), 10, 40) == 10


async def test_a_refusal_names_the_seconds_to_wait(redis):
    one, other = processes(2)
    assert await one.take(7, 1) == 0
    assert 50 < await other.take(7, 1) <= 60


async def test_a_refusal_by_the_others_costs_no_token_here(redis):
    one, other = processes(2)
    assert await one.take(7, 1) == 0
    assert await other.take(7, 1) > 0
    assert not other._own.empty(7, 1)


@pytest.mark.parametrize("fault", ["silence", "refuse"])
async def test_without_redis_each_process_counts_alone_and_soon(redis, settings, fault):
    settings.REDIS_LIMIT_SECONDS = 0.05
    getattr(redis, fault)()
    began = time.monotonic()
    assert await admitted(processes(2), 10, 20) == 20
    assert time.monotonic() - began < 1


async def test_a_slow_redis_delays_nobody_for_long(redis, settings):
    settings.REDIS_LIMIT_SECONDS = 0.05
    redis.delay = 0.4
    (limit,) = processes(1)
    began = time.monotonic()
    assert [await limit.take(7, 3) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert time.monotonic() - began < 0.4


async def test_redis_is_used_again_when_it_is_back(redis, monkeypatch):
    monkeypatch.setattr(shared_counters, "RETRY_SECONDS", 0.0)
    redis.refuse()
    one, other = processes(2)
    assert await one.take(7, 1) == 0
    redis.speak()
    async with asyncio.timeout(5):
        while await shared_counters.evaluate("return 1", "ready") is None:
            pass
    assert await one.take(8, 1) == 0
    assert await other.take(8, 1) > 0


async def test_places_are_counted_over_all_processes(redis):
    limits = [ParallelLimit("sockets", 10) for _ in range(2)]
    places = await asyncio.gather(*(limit.enter(7) for limit in limits for _ in range(12)))
    assert len([place for place in places if place]) == 10
    await limits[0].leave(7, places[0])
    assert [bool(await limits[1].enter(7)), bool(await limits[1].enter(7))] == [True, False]


async def test_places_of_a_dead_process_become_free(redis, monkeypatch):
    monkeypatch.setattr(shared_limits, "LEASE_SECONDS", 1)
    dead, alive = ParallelLimit("sockets", 1), ParallelLimit("sockets", 1)
    assert await dead.enter(7)
    dead._renewal.cancel()
    assert not await alive.enter(7)
    async with asyncio.timeout(5):
        while not await alive.enter(7):  # noqa: ASYNC110 - Redis sends no notice
            await asyncio.sleep(0.05)


async def test_places_taken_without_redis_are_entered_later(redis, monkeypatch):
    monkeypatch.setattr(shared_counters, "RETRY_SECONDS", 0.0)
    one, other = ParallelLimit("sockets", 1), ParallelLimit("sockets", 1)
    redis.refuse()
    assert await one.enter(7)
    redis.speak()
    async with asyncio.timeout(5):
        while await shared_counters.evaluate("return 1", "ready") is None:
            pass
    await one.renew()
    assert not await other.enter(7)
