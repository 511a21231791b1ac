"""A place for a call: what is asked of the store, how long a call waits, that a place is given up once."""

from __future__ import annotations

import asyncio

import pytest

from core.contract.errors import EndpointFull
from core.contract.route import Target
from core.providers.shared.waits.deadline import Deadline
from core.routing.ceilings import places
from core.routing.ceilings.places import UNLIMITED, Ceilings

pytestmark = pytest.mark.anyio


class MemoryStore:
    """So many free places, a wait for each count; notes what it is asked."""

    def __init__(self, free: int = 1, waits: tuple[float, ...] = ()) -> None:
        self.free = free
        self.waits = list(waits)
        self.asked: list[str] = []

    async def enter(self, endpoint_id: int, most: int) -> str:
        self.asked.append("enter")
        await asyncio.sleep(0)
        if not self.free:
            return ""
        self.free -= 1
        return "place"

    def leave(self, endpoint_id: int, place: str) -> None:
        self.asked.append("leave")
        self.free += 1

    async def count(self, endpoint_id: int, most: int) -> float:
        self.asked.append("count")
        return self.waits.pop(0) if self.waits else 0.0


def target(parallel: int | None = None, rate: int | None = None) -> Target:
    return Target(
        1, "p", "P", "w", "http://x.test", "m", parallel_requests=parallel, requests_per_minute=rate
    )


async def test_an_endpoint_without_ceilings_asks_nobody():
    store, deadline = MemoryStore(), Deadline(10)
    assert await Ceilings(store).enter(target(), deadline, last=True) is UNLIMITED
    assert (store.asked, deadline.left) == ([], 10)


async def test_a_place_is_given_up_once():
    store = MemoryStore()
    with await Ceilings(store).enter(target(1), Deadline(10), last=True) as place:
        place.leave()
    assert (store.asked, store.free) == (["enter", "leave"], 1)


async def test_a_place_is_given_up_where_the_rate_is_used_up():
    store = MemoryStore(waits=(30.0,))
    with pytest.raises(EndpointFull) as raised:
        await Ceilings(store).enter(target(1, 2), Deadline(10), last=True)
    assert (raised.value.retry_after, store.asked) == (30.0, ["enter", "count", "leave"])


async def test_a_short_wait_is_waited_and_counted():
    deadline = Deadline(10)
    await Ceilings(MemoryStore(waits=(0.05,))).enter(target(rate=2), deadline, last=True)
    assert 9 < deadline.left <= 9.96


async def test_where_nothing_follows_a_call_waits_longer(monkeypatch):
    monkeypatch.setattr(places, "BEFORE_NEXT", 0.0)
    monkeypatch.setattr(places, "BEFORE_END", 5.0)
    store = MemoryStore(free=0)
    with pytest.raises(EndpointFull):
        await Ceilings(store).enter(target(1), Deadline(10), last=False)
    waiting = asyncio.create_task(Ceilings(store).enter(target(1), Deadline(10), last=True))
    await asyncio.sleep(0.02)
    store.free = 1
    async with asyncio.timeout(2):
        await waiting


async def test_no_call_waits_longer_than_its_deadline():
    deadline = Deadline(0.05)
    with pytest.raises(EndpointFull):
        await Ceilings(MemoryStore(free=0)).enter(target(1), deadline, last=True)
    assert -1 < deadline.left <= 0


async def test_a_cancelled_call_has_no_place():
    store = MemoryStore(waits=(1.0,))
    waiting = asyncio.create_task(Ceilings(store).enter(target(1, 2), Deadline(10), last=True))
    while "count" not in store.asked:  # noqa: ASYNC110 - nothing is signalled
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert store.free == 1
