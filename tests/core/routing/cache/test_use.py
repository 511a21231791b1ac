"""What one request does with the cache, with a store in memory."""

from __future__ import annotations

import asyncio

import pytest

from core.contract.chat import ChatRequest
from core.contract.events import ChatDelta, Embedding, Event, ImageReady, Started, Unreadable, Used
from core.contract.requests import CacheTerms
from core.contract.usage import Usage
from core.routing.cache.use import CacheUse, look_up

pytestmark = pytest.mark.anyio

ASKED = ChatRequest("lab/talker", ({"role": "user", "content": "Hi"},))
TERMS = CacheTerms(60)
ANSWER: tuple[Event, ...] = (
    Started("Lab", "lab-1", 3),
    ChatDelta("Hello"),
    ChatDelta(finish="stop"),
    Used(Usage()),
)


class MemoryStore:
    """Implements `CacheStore`."""

    def __init__(self, largest: int = 100_000) -> None:
        self.largest = largest
        self.entries: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        return self.entries.get(key)

    async def put(self, key: str, data: bytes, seconds: int) -> None:
        self.entries[key] = data

    async def delete(self, key: str) -> None:
        self.entries.pop(key, None)


@pytest.fixture
def store():
    return MemoryStore()


async def use_of(store, terms=TERMS, *, bounded=False) -> CacheUse:
    found = await look_up(store, "user:1", ASKED, terms, bounded=bounded)
    assert found is not None
    return found


async def made(*events: Event):
    for event in events:
        yield event


async def ask(store, *events: Event, **options) -> list[Event]:
    """Ask once: the events that came, from the cache or else `events`, which are kept."""
    use = await use_of(store, **options)
    if use.entry is not None:
        return [event async for event in use.replayed(use.entry)]
    found = [event async for event in use.recorded(made(*events))]
    await use.keep("gen-1", "lab")
    return found


async def test_an_answer_is_replayed_without_an_attempt(store):
    assert await ask(store, *ANSWER) == list(ANSWER)
    assert await ask(store) == [Started("Lab", "lab-1", 0), *ANSWER[1:]]


async def test_an_entry_names_its_source(store):
    await ask(store, *ANSWER)
    entry = (await use_of(store)).entry
    assert (entry.source, entry.provider, entry.seconds, entry.age) == ("gen-1", "lab", 60, 0)


async def test_a_fresh_answer_takes_the_place_of_the_old_one(store):
    await ask(store, *ANSWER)
    other = (ANSWER[0], ChatDelta("Bye"), *ANSWER[2:])
    assert await ask(store, *other, terms=CacheTerms(60, fresh=True)) == list(other)
    assert (await ask(store))[1] == ChatDelta("Bye")


@pytest.mark.parametrize(
    "event",
    [
        Unreadable(),
        ChatDelta(finish="error"),
        ChatDelta(finish="content_filter"),
        ImageReady(0, "image/png", url="https://example.org/a.png"),
        ChatDelta("x" * 100_001),
        Embedding(0, bytes(100_001)),
    ],
)
async def test_what_is_not_whole_is_not_kept(store, event):
    await ask(store, *ANSWER[:2], event, *ANSWER[2:])
    assert store.entries == {}


@pytest.mark.parametrize(("bounded", "kept"), [(False, 1), (True, 0)])
async def test_an_answer_that_a_budget_may_have_cut_is_not_kept(store, bounded, kept):
    await ask(store, ANSWER[1], ChatDelta(finish="length"), bounded=bounded)
    assert len(store.entries) == kept


async def test_an_answer_that_was_left_is_not_kept(store):
    use = await use_of(store)
    events = use.recorded(made(*ANSWER))
    await anext(events)
    await events.aclose()
    assert store.entries == {}


async def test_others_have_their_turn_during_a_replay(store):
    await ask(store, *[ChatDelta("word")] * 1000)
    use, turns = await use_of(store), 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    async for _ in use.replayed(use.entry):
        pass
    beside.cancel()
    assert turns > 10


async def test_a_store_that_keeps_nothing_is_not_used():
    assert await look_up(MemoryStore(0), "user:1", ASKED, TERMS, bounded=False) is None
