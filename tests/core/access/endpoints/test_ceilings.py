"""Two processes that share the ceilings of endpoints through a real Redis, and what holds without it."""

from __future__ import annotations

import asyncio

import pytest

from core.access import shared_counters, shared_limits
from core.access.endpoints.ceilings import SharedCeilings

pytestmark = pytest.mark.anyio
ENDPOINT = 7


@pytest.fixture
async def redis(settings, redis_proxy, redis_through_proxy, anyio_backend):
    settings.REDIS_URL = redis_through_proxy
    settings.REDIS_LIMIT_SECONDS = 2.0
    while await shared_counters.evaluate("return 1", "ready") is None:
        pass
    yield redis_proxy
    await shared_counters.close()


async def free(ceilings: SharedCeilings) -> str:
    """The one place, as soon as it is free."""
    async with asyncio.timeout(5):
        while not (place := await ceilings.enter(ENDPOINT, 1)):  # noqa: ASYNC110 - nothing is signalled
            await asyncio.sleep(0.01)
    return place


async def test_a_place_is_one_of_all_processes(redis):
    one, other = SharedCeilings(), SharedCeilings()
    place = await one.enter(ENDPOINT, 1)
    assert place
    assert await other.enter(ENDPOINT, 1) == ""
    one.leave(ENDPOINT, place)
    assert await free(other)


async def test_a_rate_is_that_of_all_processes(redis):
    one, other = SharedCeilings(), SharedCeilings()
    assert [await each.count(ENDPOINT, 2) for each in (one, other)] == [0.0, 0.0]
    assert 20 < await one.count(ENDPOINT, 2) <= 30


async def test_the_places_of_a_process_that_died_are_free_again(redis, monkeypatch):
    monkeypatch.setattr(shared_limits, "LEASE_SECONDS", 1)
    died = SharedCeilings()
    assert await died.enter(ENDPOINT, 1)
    died._places._renewal.cancel()
    other = SharedCeilings()
    assert await other.enter(ENDPOINT, 1) == ""
    assert await free(other)


async def test_a_cancelled_call_leaves_no_place_behind(redis):
    one, other = SharedCeilings(), SharedCeilings()
    redis.delay = 0.2
    entering = asyncio.create_task(one.enter(ENDPOINT, 1))
    await asyncio.sleep(0.05)
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert one.held(ENDPOINT) == 0
    redis.delay = 0
    assert await free(other)


async def test_without_redis_a_process_counts_its_own(settings):
    settings.REDIS_URL = ""
    one, other = SharedCeilings(), SharedCeilings()
    place = await one.enter(ENDPOINT, 1)
    assert (await one.enter(ENDPOINT, 1), bool(await other.enter(ENDPOINT, 1))) == ("", True)
    one.leave(ENDPOINT, place)
    assert await one.enter(ENDPOINT, 1)
