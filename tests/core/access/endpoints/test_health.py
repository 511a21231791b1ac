"""Two processes that share the health of endpoints through a real Redis, and what holds without it."""

from __future__ import annotations

import asyncio
import time

import pytest

from core.access import shared_counters
from core.access.endpoints import health as shared_health
from core.access.endpoints.health import RedisHealth
from core.contract.errors import UpstreamDenied, UpstreamFailed, UpstreamLimited
from core.contract.route import Target
from core.routing.choose import order
from core.routing.health import Health

pytestmark = pytest.mark.anyio
ONE, TWO = (Target(number, "p", "P", "w", "http://x.test", "m") for number in (1, 2))


@pytest.fixture
async def redis(settings, redis_proxy, redis_through_proxy, anyio_backend):
    settings.REDIS_URL = redis_through_proxy
    settings.REDIS_LIMIT_SECONDS = 2.0
    while await shared_counters.evaluate("return 1", "ready") is None:
        pass
    yield redis_proxy
    await shared_counters.close()


def processes() -> tuple[Health, Health]:
    return Health(store=RedisHealth()), Health(store=RedisHealth())


async def arrived(*healths: Health) -> None:
    """What was told has arrived, and both have read it."""
    for health in healths:
        while health._is_pending(ONE.endpoint_id):  # noqa: ASYNC110 - nothing is signalled
            await asyncio.sleep(0.01)
    for health in healths:
        await shared_health.read(health)


async def firsts(*healths: Health) -> list[int]:
    """Which endpoint a request of each process tries first."""
    return [order([ONE, TWO], await health.resting([ONE, TWO]))[0].endpoint_id for health in healths]


async def test_failures_in_two_processes_are_counted_together(redis):
    here, there = processes()
    here.record(ONE, UpstreamFailed("x"))
    there.record(ONE, UpstreamFailed("x"))
    await arrived(here, there)
    assert await firsts(here, there) == [1, 1]
    here.record(ONE, UpstreamFailed("x"))
    await arrived(here, there)
    assert await firsts(here, there) == [2, 2]


async def test_a_process_that_starts_later_rests_it_too(redis):
    here, later = processes()
    here.record(ONE, UpstreamDenied("x"))
    await arrived(here, later)
    assert await firsts(later) == [2]


async def test_one_of_two_processes_tries_after_the_rest(redis):
    here, there = processes()
    here.record(ONE, UpstreamLimited("x", retry_after=0.2))
    await arrived(here, there)
    assert await firsts(here, there) == [2, 2]
    await asyncio.sleep(0.25)
    found = await firsts(here, there)
    assert sorted(found) == [1, 2]
    (here if found == [1, 2] else there).record(ONE)
    await arrived(here, there)
    assert await firsts(here, there) == [1, 1]


async def test_a_success_in_one_process_is_one_in_the_other(redis):
    here, there = processes()
    here.record(ONE, UpstreamDenied("x"))
    await arrived(here, there)
    there.record(ONE)
    await arrived(there, here)
    assert await firsts(here, there) == [1, 1]


@pytest.mark.parametrize("fault", ["silence", "refuse"])
async def test_without_redis_each_process_knows_its_own(redis, settings, fault):
    settings.REDIS_LIMIT_SECONDS = 0.05
    getattr(redis, fault)()
    here, there = processes()
    for _ in range(3):
        here.record(ONE, UpstreamFailed("x"))
    began = time.monotonic()
    await arrived(here, there)
    assert await firsts(here, there) == [2, 1]
    assert time.monotonic() - began < 5


async def test_without_redis_a_process_tries_alone(settings):
    settings.REDIS_URL = ""
    here, _ = processes()
    here.record(ONE, UpstreamLimited("x", retry_after=0.0))
    here.record(ONE, UpstreamLimited("x", retry_after=0.05))
    await asyncio.sleep(0.1)
    assert [*await firsts(here), *await firsts(here)] == [1, 2]
