from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from core.providers.shared.waits.deadline import Deadline, DeadlineTimer

pytestmark = [pytest.mark.anyio, pytest.mark.timing]


async def answer(after: float = 0.0) -> str:
    await asyncio.sleep(after)
    return "answer"


async def test_only_waiting_uses_the_deadline_up():
    deadline = Deadline(10.0)
    await asyncio.sleep(0.05)
    assert deadline.left == 10.0
    assert await deadline.wait(answer(0.05), 5.0) == "answer"
    assert 9.0 < deadline.left <= 9.95


async def test_one_wait_is_bounded():
    with pytest.raises(TimeoutError):
        await Deadline(10.0).wait(answer(5.0), 0.01)


async def test_all_waits_together_are_bounded():
    deadline = Deadline(0.05)
    with pytest.raises(TimeoutError):
        await deadline.wait(answer(5.0), 5.0)
    with pytest.raises(TimeoutError):
        await deadline.wait(answer(0.001), 5.0)


async def test_a_failure_passes_through():
    async def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Deadline(1.0).wait(fails(), 1.0)


class Reader:
    """Waits as the readers of streams do, until the timer expires."""

    def __init__(self, seconds: float, **limits: float) -> None:
        self.deadline = Deadline(seconds)
        self.timer = DeadlineTimer(self.deadline, self.end, **limits)
        self.expired = 0
        self.news = asyncio.Event()

    def end(self) -> None:
        self.expired += 1
        self.news.set()

    async def wait(self, seconds: float) -> float:
        """Wait for something that takes `seconds`; how long it did."""
        since = monotonic()
        arrival = asyncio.get_running_loop().call_later(seconds, self.news.set)
        self.timer.start()
        await self.news.wait()
        self.timer.stop()
        waited = monotonic() - since
        self.news.clear()
        arrival.cancel()
        return waited


async def test_each_wait_is_limited_by_itself():
    reader = Reader(10.0, at_most=0.1)
    with reader.timer:
        for _ in range(5):
            await reader.wait(0.05)
        assert reader.expired == 0
        assert 0.1 <= await reader.wait(5.0) < 2.0
    assert reader.expired == 1


async def test_all_waits_together_are_limited():
    reader = Reader(0.15)
    with reader.timer:
        await reader.wait(0.1)
        assert reader.expired == 0
        assert await reader.wait(5.0) < 2.0
    assert reader.expired == 1


async def test_a_working_reader_never_expires():
    reader = Reader(0.1, at_most=0.05)
    with reader.timer:
        await asyncio.sleep(0.3)
        await reader.wait(0.01)
    assert reader.expired == 0
    assert reader.deadline.left <= 0.09


async def test_reserved_seconds_can_be_used_once_they_are_released():
    reader = Reader(0.3, reserved=0.2)
    with reader.timer:
        await reader.wait(0.05)
        reader.timer.reserved = 0.0
        assert await reader.wait(0.15) >= 0.15
        assert reader.expired == 0
        await reader.wait(5.0)
    assert reader.expired == 1


async def test_the_timer_ends_with_its_block():
    reader = Reader(10.0, at_most=0.02)
    with reader.timer:
        reader.timer.start()
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert reader.expired == 0
    assert reader.deadline.left <= 9.99  # the wait that was broken off counts


async def test_a_wait_counts_once():
    reader = Reader(10.0)
    with reader.timer:
        await reader.wait(0.01)
        left = reader.deadline.left
        await asyncio.sleep(0.01)
        reader.timer.stop()
    assert reader.deadline.left == left
