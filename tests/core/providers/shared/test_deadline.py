from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from core.providers.shared.deadline import Deadline, DeadlineTimer

pytestmark = pytest.mark.anyio


async def answer(after: float = 0.0) -> str:
    await asyncio.sleep(after)
    return "answer"


async def test_waiting_uses_patience_up_and_nothing_else_does():
    patience = Deadline(10.0)
    await asyncio.sleep(0.05)
    assert patience.left == 10.0
    assert await patience.wait(answer(0.05), 5.0) == "answer"
    assert 9.0 < patience.left <= 9.95


async def test_one_wait_is_bounded():
    with pytest.raises(TimeoutError):
        await Deadline(10.0).wait(answer(5.0), 0.01)


async def test_all_waits_together_are_bounded():
    patience = Deadline(0.05)
    with pytest.raises(TimeoutError):
        await patience.wait(answer(5.0), 5.0)
    with pytest.raises(TimeoutError):
        await patience.wait(answer(0.001), 5.0)


async def test_a_failure_passes_through():
    async def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Deadline(1.0).wait(fails(), 1.0)


class Reader:
    """Waits as the readers of streams do, until it is `late`."""

    def __init__(self, seconds: float, **limits: float) -> None:
        self.patience = Deadline(seconds)
        self.watch = DeadlineTimer(self.patience, self.end, **limits)
        self.late = 0
        self.news = asyncio.Event()

    def end(self) -> None:
        self.late += 1
        self.news.set()

    async def wait(self, seconds: float) -> float:
        """Wait for something that takes `seconds`; how long it did."""
        self.watch.since = since = monotonic()
        timer = asyncio.get_running_loop().call_later(seconds, self.news.set)
        await self.news.wait()
        self.watch.since = None
        waited = monotonic() - since
        self.patience.left -= waited
        self.news.clear()
        timer.cancel()
        return waited


async def test_each_wait_is_watched_by_itself():
    reader = Reader(10.0, at_most=0.1)
    with reader.watch:
        for _ in range(5):
            await reader.wait(0.05)
        assert reader.late == 0
        assert 0.1 <= await reader.wait(5.0) < 2.0
    assert reader.late == 1


async def test_all_waits_together_are_watched():
    reader = Reader(0.15)
    with reader.watch:
        await reader.wait(0.1)
        assert reader.late == 0
        assert await reader.wait(5.0) < 2.0
    assert reader.late == 1


async def test_a_reader_at_work_is_never_late():
    reader = Reader(0.1, at_most=0.05)
    with reader.watch:
        await asyncio.sleep(0.3)
        await reader.wait(0.01)
    assert reader.late == 0
    assert reader.patience.left <= 0.09


async def test_what_is_spared_may_be_used_once_it_is_spared_no_more():
    reader = Reader(0.3, spared=0.2)
    with reader.watch:
        await reader.wait(0.05)
        reader.watch.spared = 0.0
        assert await reader.wait(0.15) >= 0.15
        assert reader.late == 0
        await reader.wait(5.0)
    assert reader.late == 1


async def test_nobody_is_watched_afterwards():
    reader = Reader(10.0, at_most=0.02)
    with reader.watch:
        reader.watch.since = monotonic()
    await asyncio.sleep(0.05)
    assert reader.late == 0
