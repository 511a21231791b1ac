"""A run's events in order, numbered from 1 over text and sound alike; readers follow at their own pace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

MAX_EVENTS = 200_000
MAX_TEXT = 8 * 1024 * 1024
RECENT_AUDIO = 4 * 1024 * 1024
BATCH = 256
TEXT_FRAME = 40
"""Bytes of a delta beside its text."""

Body = dict[str, Any] | bytes | str
"""A string is more of an answer's text, and nothing else."""
TEXTUAL = frozenset({dict, str})
Numbered = tuple[int, Body]
Recall = Callable[[int, int], bytes]
Take = Callable[[int, Body], bool]


class Replaced:
    """Stands where an event was that a later one replaces: its number is told to nobody any more."""


REPLACED = Replaced()


class OnDisk(NamedTuple):
    """Sound that has left memory: where it lies in the run's file."""

    offset: int
    size: int


@dataclass(eq=False, slots=True)
class Reader:
    """Somebody who has heard everything up to `position` and waits for more."""

    position: int
    news: asyncio.Future[None]
    take: Take | None


def ends(body: Body) -> bool:
    """True for the one event that ends a run."""
    return type(body) is dict and body["type"] in ("run.done", "run.error")


class Log:
    """Lives in the process that makes the run. Memory is bounded: older sound, and all of it once the log is
    closed, is read back from disk.

    `recall(offset, size)` returns bytes of all sound appended so far, counted from the first. `full` says
    that the run has told as much as one may: its maker ends it. `copy` is handed every event as well.
    """

    def __init__(self, recall: Recall) -> None:
        self.closed = False
        self.full = False
        self.copy: Callable[[int, Body], None] | None = None
        self._bodies: list[Body | OnDisk | Replaced] = []
        self._open: dict[int, int] = {}
        self._recall = recall
        self._text = 0
        self._recent = 0
        self._oldest = 0
        self._offset = 0
        self._waiting: list[Reader] = []

    @property
    def last(self) -> int:
        """The number of the newest event; 0 when there is none."""
        return len(self._bodies)

    def append(self, body: Body) -> int:
        """Number an event and wake the readers. A block of HTML takes the place of its earlier states."""
        bodies = self._bodies
        bodies.append(body)
        number = len(bodies)
        if type(body) is str:
            self._text += TEXT_FRAME + (len(body) if body.isascii() else 3 * len(body))
        elif type(body) is bytes:
            self._recent += len(body)
            if self._recent > RECENT_AUDIO:
                self._forget(RECENT_AUDIO // 2)
        else:
            self._text += len(orjson.dumps(body))
            if body["type"] == "html.block":
                self._replace(body["index"])
        if self._text >= MAX_TEXT or number >= MAX_EVENTS:
            self.full = True
        if self.copy is not None:
            self.copy(number, body)
        if self._waiting:
            for reader in [*self._waiting]:
                # a reader that was cancelled has not left yet, and must not be told anything any more
                if reader.take is not None and not reader.news.done() and reader.take(number, body):
                    reader.position = number
                else:
                    self._wake(reader)
        return number

    def close(self) -> None:
        """No event follows; sound is read from disk from now on."""
        self.closed = True
        self._forget(0)
        for reader in [*self._waiting]:
            self._wake(reader)

    async def read(self, after: int, take: Take | None = None) -> AsyncGenerator[list[Numbered], None]:
        """Everything numbered above `after`, in batches, until the log is closed.

        Whoever has heard everything so far may `take` the next event as it is appended; it is not yielded
        then, and nobody is woken for it.
        """
        position = max(after, 0)
        while True:
            waiting = self._bodies[position : position + BATCH]
            if len(waiting) == 1 and type(waiting[0]) in TEXTUAL:
                position += 1  # as nearly always while a run is on
                yield [(position, waiting[0])]
            elif waiting:
                batch = await self._recalled(waiting, position + 1)
                position += len(waiting)
                if batch:
                    yield batch
            elif self.closed:
                return
            else:
                reader = Reader(position, asyncio.get_running_loop().create_future(), take)
                self._waiting.append(reader)
                try:
                    await reader.news
                finally:
                    if reader in self._waiting:
                        self._waiting.remove(reader)
                position = reader.position

    def opening(self, after: int) -> list[Numbered]:
        """The first event for one who joins behind it: it says how the run's sound is headed."""
        first = self._bodies[0] if self._bodies else None
        return [(1, first)] if after > 0 and isinstance(first, dict) else []

    def texts(self) -> list[Numbered]:
        """The textual events, for the row that outlives the log."""
        return [(number, body) for number, body in enumerate(self._bodies, 1) if type(body) in TEXTUAL]  # type: ignore[misc]

    def _replace(self, block: int) -> None:
        """Only the latest state of a block is kept: all of them would grow with the square of its length."""
        earlier = self._open.get(block)
        if earlier is not None:
            self._text -= len(orjson.dumps(self._bodies[earlier]))
            self._bodies[earlier] = REPLACED
        self._open[block] = len(self._bodies) - 1

    def _wake(self, reader: Reader) -> None:
        self._waiting.remove(reader)
        if not reader.news.done():
            reader.news.set_result(None)

    def _forget(self, size: int) -> None:
        """Keep `size` bytes of sound in memory, the newest; of the others only where they lie."""
        while self._recent > size:
            body = self._bodies[self._oldest]
            if type(body) is bytes:
                self._bodies[self._oldest] = OnDisk(self._offset, len(body))
                self._offset += len(body)
                self._recent -= len(body)
            self._oldest += 1

    async def _recalled(self, bodies: list[Body | OnDisk | Replaced], first: int) -> list[Numbered]:
        for body in bodies:
            if type(body) is OnDisk:
                return await asyncio.to_thread(self._fetch, bodies, first)
        return [pair for pair in enumerate(bodies, first) if pair[1] is not REPLACED]  # type: ignore[misc]

    def _fetch(self, bodies: list[Body | OnDisk | Replaced], first: int) -> list[Numbered]:
        return [
            (number, self._recall(*body) if isinstance(body, OnDisk) else body)
            for number, body in enumerate(bodies, first)
            if not isinstance(body, Replaced)
        ]
