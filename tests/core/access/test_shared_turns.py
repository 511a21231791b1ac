"""Turns that all processes share through a real Redis, and none where it does not answer."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from core.access import shared_counters
from core.access.shared_turns import next_turn

pytestmark = pytest.mark.anyio
NAMES = (f"lab/{uuid4()}", "lab/two")
"""Of this run: turns outlast it."""


@pytest.fixture
async def redis(settings, redis_proxy, redis_through_proxy, anyio_backend):
    settings.REDIS_URL = redis_through_proxy
    settings.REDIS_LIMIT_SECONDS = 2.0
    while await shared_counters.evaluate("return 1", "ready") is None:
        pass
    yield redis_proxy
    await shared_counters.close()


async def test_each_list_of_names_has_turns_of_its_own(redis):
    assert [await next_turn(NAMES) for _ in range(3)] == [0, 1, 2]
    assert await next_turn(NAMES[::-1]) == 0
    assert await next_turn(("lab/one\nlab/two",)) is not None


async def test_a_silent_redis_has_no_turns_and_costs_no_time(redis, settings):
    settings.REDIS_LIMIT_SECONDS = 0.05
    redis.silence()
    began = time.monotonic()
    assert await next_turn(NAMES) is None
    assert time.monotonic() - began < 1.0


async def test_without_redis_there_are_none(settings):
    settings.REDIS_URL = ""
    assert await next_turn(NAMES) is None
