"""What one request has to do with the cache: an entry that answers it, or an answer to be kept."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from core.contract.events import (
    AudioChunk,
    ChatDelta,
    Embedding,
    Event,
    ImagePartial,
    ImageReady,
    Started,
    Unreadable,
)
from core.contract.requests import CacheTerms, Request
from core.routing.cache.entry import Entry, pack, unpack
from core.routing.cache.events import TAGS
from core.routing.cache.key import request_key
from core.routing.cache.store import CacheStore

log = logging.getLogger("polyphony.cache")

TURN = 64
"""Events of a replay after which other requests have their turn."""
SHORT = 32 * 1024
"""Bytes of an entry that are read in less time than a thread takes to begin."""
EVENT_BYTES = 16
"""What an event takes in an entry beside its text or its bytes, at least."""
CUT_SHORT = frozenset({"error", "content_filter"})
"""Ends of a choice after which it is not whole."""
TOO_LONG = "length"


@dataclass(slots=True)
class Recording:
    """The events of an answer as they pass, dropped as soon as they are too many or the answer is not whole.

    `bounded`: a budget limits the answer, so that one which reached its limit may be shorter than was asked.
    """

    largest: int
    bounded: bool = False
    events: list[Event] = field(default_factory=list)
    size: int = 0
    spoilt: bool = False

    def note(self, event: Event) -> None:
        if self.spoilt:
            return
        if type(event) in TAGS:
            self.events.append(event)
            self.size += EVENT_BYTES + content_size(event)
        if self.size > self.largest or is_flaw(event, self.bounded):
            self.spoilt = True
            self.events.clear()


def content_size(event: Event) -> int:
    """Bytes or characters of what an event brings."""
    if isinstance(event, ChatDelta):
        return len(event.text) + len(event.reasoning) + len(event.transcript)
    return len(event.data) if isinstance(event, AudioChunk | Embedding | ImagePartial | ImageReady) else 0


def is_flaw(event: Event, bounded: bool) -> bool:
    """Whether an answer with this event is not whole, or is kept elsewhere and for a while only."""
    if isinstance(event, ChatDelta):
        return event.finish in CUT_SHORT or (bounded and event.finish == TOO_LONG)
    return isinstance(event, Unreadable) or (isinstance(event, ImageReady) and not event.data)


class CacheUse:
    """`entry` is the answer where there is one already. One that is made is recorded, then kept."""

    def __init__(
        self, store: CacheStore, key: str, terms: CacheTerms, entry: Entry | None, *, bounded: bool = False
    ) -> None:
        self.store = store
        self.key = key
        self.terms = terms
        self.entry = entry
        self.recording = Recording(store.largest, bounded)

    @property
    def seconds(self) -> int:
        """For how long the entry is kept, altogether."""
        return self.entry.seconds if self.entry else self.terms.seconds

    async def recorded(self, source: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
        """The events of an answer that is made, and a record of them."""
        async with aclosing(source) as events:
            async for event in events:
                self.recording.note(event)
                yield event

    async def replayed(self, entry: Entry) -> AsyncGenerator[Event, None]:
        """The events of an entry in order, without waiting; no attempt is made."""
        for number, event in enumerate(entry.events, 1):
            if number % TURN == 0:
                await asyncio.sleep(0)
            yield replace(event, number=0) if isinstance(event, Started) else event

    async def keep(self, source: str, provider: str) -> None:
        """Keep the whole answer to the request `source`, which `provider` made. Never raises."""
        events, self.recording.events = tuple(self.recording.events), []
        if self.recording.spoilt or not events:
            return
        entry = Entry(source, provider, time.time(), self.terms.seconds, events)
        try:
            data = await asyncio.to_thread(pack, self.key, entry)
        except (TypeError, ValueError) as error:
            log.warning("an answer was not cached: %s", type(error).__name__)
            return
        if len(data) <= self.store.largest:
            await self.store.put(self.key, data, self.terms.seconds)


async def look_up(
    store: CacheStore, scope: str, request: Request, terms: CacheTerms, *, bounded: bool
) -> CacheUse | None:
    """The use of the cache that `request` makes; None where nothing of it can be kept.

    With `terms.fresh` an entry is deleted and the answer made anew. `bounded` as of the `Recording`.
    """
    if not store.largest:
        return None
    try:
        key = await asyncio.to_thread(request_key, scope, request)
    except (OSError, TypeError, ValueError) as error:
        log.warning("a request was not looked up: %s", type(error).__name__)
        return None
    if terms.fresh:
        await store.delete(key)
    data = None if terms.fresh else await store.get(key)
    return CacheUse(store, key, terms, await entry_of(key, data), bounded=bounded)


async def entry_of(key: str, data: bytes | None) -> Entry | None:
    """The entry in `data`, which is read in a thread where that takes long."""
    if data is None or len(data) <= SHORT:
        return None if data is None else unpack(key, data)
    return await asyncio.to_thread(unpack, key, data)
