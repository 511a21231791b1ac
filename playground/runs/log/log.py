"""The log in the process of the run; readers follow at their own pace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol
from weakref import WeakSet

import orjson

from core.contract.errors import PolyphonyError, UpstreamInvalid
from playground.runs.log.events import REPLACED, TEXTUAL, Body, Numbered, Replaced
from playground.runs.log.pages import Pages
from playground.uploads.storage import storage_failed

log = logging.getLogger("polyphony.runs")

MAX_EVENTS = 200_000
MAX_TEXT = 8 * 1024 * 1024
BATCH = 256
TEXT_FRAME = 40
"""Bytes of a delta beside its text."""

RECENT = 1024 * 1024
RECENT_IN_ALL = 32 * 1024 * 1024
LEAST_RECENT = 64 * 1024
"""Bytes of events that a log holds in memory, all open logs of the process, and a log among very many; a
closed log holds the least."""

PAGE_EVENTS, PAGE_BYTES = 256, 64 * 1024
"""Most events of a page, and about so many bytes: it is read as a whole."""

Take = Callable[[int, Body], bool]

open_logs: WeakSet[Log] = WeakSet()


class Audio(Protocol):
    """All audio appended so far: once flushed it is on disk, its bytes counted from the first."""

    def flush(self) -> None: ...

    def read(self, offset: int, size: int) -> bytes: ...


@dataclass(eq=False, slots=True)
class LogReader:
    """A reader that has everything up to `position` and waits for more."""

    position: int
    woken: asyncio.Future[None]
    take: Take | None


class Log:
    """Numbers events and hands them to its readers. Memory is bounded: when it holds too many bytes, all of
    them go to disk; whoever is not up to date reads them from there.

    `last` is the number of the newest event; 0 when there is none. `refusal` says that, and why, the run has
    to end. `copy` is called with every event too.
    """

    def __init__(self, audio: Audio) -> None:
        self.last = 0
        self.closed = False
        self.refusal: PolyphonyError | None = None
        self.copy: Callable[[int, Body], None] | None = None
        self._audio = audio
        self._pages = Pages(audio.read)
        self._bodies: list[Body | Replaced] = []
        self._held: dict[int, Body] = {}
        self._blocks: dict[int, tuple[int, int]] = {}
        self._unfinished: dict[int, int] = {}
        self._text = self._text_on_disk = self._recent_audio = 0
        # whoever reads in another thread sees an event in memory or on disk, never in both or in neither
        self._moving = Lock()
        self._waiting: list[LogReader] = []
        open_logs.add(self)
        self._room = room()
        self._limit = min(self._room, MAX_TEXT)

    def append(self, body: Body) -> int:
        """Number an event and wake the readers. An HTML block replaces its earlier states."""
        self._bodies.append(body)
        number = self.last = self.last + 1
        if type(body) is str:
            self._text += TEXT_FRAME + (len(body) if body.isascii() else 3 * len(body))
        elif type(body) is bytes:
            self._note_audio(len(body))
        else:
            self._note_object(number, body)
        if self._text >= self._limit or number >= MAX_EVENTS:
            self._check()
        if self.copy is not None:
            self.copy(number, body)
        if self._waiting:
            for reader in [*self._waiting]:
                # a cancelled reader is still in the list, and must get nothing more
                if reader.take is not None and not reader.woken.done() and reader.take(number, body):
                    reader.position = number
                else:
                    self._wake(reader)
        return number

    def refuse_more(self) -> None:
        """Say that the run has to end, since it is too long."""
        self.refusal = self.refusal or UpstreamInvalid("The answer is longer than a run can hold.")

    def close(self) -> None:
        """No event follows; little stays in memory."""
        self.closed = True
        open_logs.discard(self)
        if self._recent > LEAST_RECENT:
            self._spill()
        for reader in [*self._waiting]:
            self._wake(reader)

    async def read(self, after: int, take: Take | None = None) -> AsyncGenerator[list[Numbered], None]:
        """Everything numbered above `after`, in batches, until the log is closed.

        A reader that is up to date is offered the next event by `take(number, body)` as it is appended: where
        that returns True, the event is not yielded and the reader is not woken.
        """
        position = max(after, 0)
        while True:
            on_disk = self._pages.last
            if position < on_disk:
                position, batch = await asyncio.to_thread(self._read_page, position)
                if batch:
                    yield batch
                continue
            waiting = self._bodies[position - on_disk : position - on_disk + BATCH]
            if len(waiting) == 1 and type(waiting[0]) in TEXTUAL:
                position += 1
                yield [(position, waiting[0])]  # type: ignore[list-item]
            elif waiting:
                batch = numbered(waiting, position + 1)
                position += len(waiting)
                if batch:
                    yield batch
            elif self.closed:
                return
            else:
                position = await self._next(position, take)

    def opening(self, after: int) -> list[Numbered]:
        """The first event for a reader that begins after it: it has the `number` of binary frames."""
        if after <= 0 or not self.last:
            return []
        first = self._read_page(0)[1][:1] if self._pages.last else numbered(self._bodies[:1], 1)
        return first if first and isinstance(first[0][1], dict) else []

    @property
    def long(self) -> bool:
        """Whether part of it is on disk."""
        return self._pages.last > 0

    def texts(self) -> Iterator[list[Numbered]]:
        """The textual events so far, in batches; blocking, for any thread."""
        with self._moving:
            pages, held = self._pages.pages_from(1), {**self._held}
            recent, first = [*self._bodies], self._pages.last + 1
        for page in pages:
            yield self._pages.texts(page, held)
        yield [pair for pair in numbered(recent, first) if type(pair[1]) in TEXTUAL]

    @property
    def _recent(self) -> int:
        return self._text - self._text_on_disk + self._recent_audio

    async def _next(self, position: int, take: Take | None) -> int:
        """Wait for an event that is not taken; the number of the last that was."""
        reader = LogReader(position, asyncio.get_running_loop().create_future(), take)
        self._waiting.append(reader)
        try:
            await reader.woken
        finally:
            if reader in self._waiting:
                self._waiting.remove(reader)
        return reader.position

    def _read_page(self, position: int) -> tuple[int, list[Numbered]]:
        """The last number of the page that has the event after `position`, and its events above that."""
        page = self._pages.pages_from(position + 1)[0]
        return page.last, [pair for pair in self._pages.read(page, self._held) if pair[0] > position]

    def _wake(self, reader: LogReader) -> None:
        self._waiting.remove(reader)
        if not reader.woken.done():
            reader.woken.set_result(None)

    def _note_audio(self, size: int) -> None:
        self._recent_audio += size
        if self._recent > self._room:
            self._check()

    def _note_object(self, number: int, body: dict[str, Any]) -> None:
        size = len(orjson.dumps(body))
        self._text += size
        if body["type"] == "html.block":
            self._note_block(number, size, body)

    def _note_block(self, number: int, size: int, body: dict[str, Any]) -> None:
        """Keep the latest state of a block only: all of them grow with the square of its length."""
        index = body["index"]
        if (earlier := self._blocks.get(index)) is not None:
            self._drop(*earlier)
        self._blocks[index] = number, size
        if body["state"] == "open":
            self._unfinished[index] = number
        else:
            self._unfinished.pop(index, None)

    def _drop(self, number: int, size: int) -> None:
        """Forget an event, wherever it is."""
        self._text -= size
        on_disk = self._pages.last
        if number > on_disk:
            self._bodies[number - on_disk - 1] = REPLACED
            return
        self._text_on_disk -= size
        if self._held.pop(number, None) is None:
            self._pages.replaced.add(number)

    def _check(self) -> None:
        """End a run that is too long, and bound what is in memory."""
        if self._text >= MAX_TEXT or self.last >= MAX_EVENTS:
            self.refuse_more()
        self._room = room()
        if self._recent >= self._room and self.refusal is None:
            self._spill()
        self._limit = min(self._text_on_disk + self._room, MAX_TEXT)

    def _spill(self) -> None:
        """Move everything to disk; where that refuses, what is left stays here and the run has to end."""
        try:
            if self._recent_audio:
                self._audio.flush()
            with self._moving, self._unfinished_held():
                self._store_pages()
        except (OSError, PolyphonyError) as error:
            log.error("events of a run could not be stored: %s", type(error).__name__)
            self.refusal = self.refusal or storage_failed()
            return
        self._text_on_disk, self._recent_audio = self._text, 0

    def _store_pages(self) -> None:
        bodies, stored = self._bodies, 0
        average = self._recent // len(bodies)
        count = max(1, min(PAGE_EVENTS, PAGE_BYTES // max(1, average)))
        try:
            while stored < len(bodies):
                self._pages.append(bodies[stored : stored + count])
                stored += count
        finally:
            del bodies[:stored]

    @contextmanager
    def _unfinished_held(self) -> Iterator[None]:
        """Open blocks of HTML are left out of the pages made meanwhile: they change again and again."""
        for number in self._unfinished.values():
            if (at := number - self._pages.last - 1) >= 0:
                self._held[number], self._bodies[at] = self._bodies[at], REPLACED  # type: ignore[assignment]
        try:
            yield
        finally:
            for number in [number for number in self._held if number > self._pages.last]:
                self._bodies[number - self._pages.last - 1] = self._held.pop(number)


def room() -> int:
    """Bytes that each open log may hold."""
    return max(LEAST_RECENT, min(RECENT, RECENT_IN_ALL // max(1, len(open_logs))))


def numbered(bodies: list[Body | Replaced], first: int) -> list[Numbered]:
    return [pair for pair in enumerate(bodies, first) if pair[1] is not REPLACED]  # type: ignore[misc]
