"""The events of a run, numbered from 1 over text and audio alike; readers follow at their own pace."""

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
"""An event: a dict of its fields, the bytes of audio, or a string for a `text.delta`."""
TEXTUAL = frozenset({dict, str})
Numbered = tuple[int, Body]
ReadAudio = Callable[[int, int], bytes]
Take = Callable[[int, Body], bool]


class Replaced:
    """In the place of an event that a later one replaces: its number is skipped from then on."""


REPLACED = Replaced()


class OnDisk(NamedTuple):
    """Audio that has left memory: its place in the run's file."""

    offset: int
    size: int


@dataclass(eq=False, slots=True)
class LogReader:
    """A reader that has everything up to `position` and waits for more."""

    position: int
    woken: asyncio.Future[None]
    take: Take | None


def ends(body: Body) -> bool:
    """True for the one event that ends a run."""
    return type(body) is dict and body["type"] in ("run.done", "run.error")


class Log:
    """The log in the process of the run. Memory is bounded: older audio, and all of it once the log is
    closed, is read back from disk.

    `read_audio(offset, size)` returns bytes of all audio appended so far, counted from the first. `full`
    says that the log has reached its limit and the run has to end. `copy` is called with every event too.
    """

    def __init__(self, read_audio: ReadAudio) -> None:
        self.closed = False
        self.full = False
        self.copy: Callable[[int, Body], None] | None = None
        self._bodies: list[Body | OnDisk | Replaced] = []
        self._open: dict[int, int] = {}
        self._read_audio = read_audio
        self._text = 0
        self._recent = 0
        self._oldest = 0
        self._offset = 0
        self._waiting: list[LogReader] = []

    @property
    def last(self) -> int:
        """The number of the newest event; 0 when there is none."""
        return len(self._bodies)

    def append(self, body: Body) -> int:
        """Number an event and wake the readers. An HTML block replaces its earlier states."""
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
                # a cancelled reader is still in the list, and must get nothing more
                if reader.take is not None and not reader.woken.done() and reader.take(number, body):
                    reader.position = number
                else:
                    self._wake(reader)
        return number

    def close(self) -> None:
        """No event follows; audio is read from disk from now on."""
        self.closed = True
        self._forget(0)
        for reader in [*self._waiting]:
            self._wake(reader)

    async def read(self, after: int, take: Take | None = None) -> AsyncGenerator[list[Numbered], None]:
        """Everything numbered above `after`, in batches, until the log is closed.

        A reader that is up to date is offered the next event by `take(number, body)` as it is appended: where
        that returns True, the event is not yielded and the reader is not woken.
        """
        position = max(after, 0)
        while True:
            waiting = self._bodies[position : position + BATCH]
            if len(waiting) == 1 and type(waiting[0]) in TEXTUAL:
                position += 1
                yield [(position, waiting[0])]
            elif waiting:
                batch = await self._with_audio(waiting, position + 1)
                position += len(waiting)
                if batch:
                    yield batch
            elif self.closed:
                return
            else:
                reader = LogReader(position, asyncio.get_running_loop().create_future(), take)
                self._waiting.append(reader)
                try:
                    await reader.woken
                finally:
                    if reader in self._waiting:
                        self._waiting.remove(reader)
                position = reader.position

    def opening(self, after: int) -> list[Numbered]:
        """The first event for a reader that begins after it: it has the `number` of binary frames."""
        first = self._bodies[0] if self._bodies else None
        return [(1, first)] if after > 0 and isinstance(first, dict) else []

    def texts(self) -> list[Numbered]:
        """The textual events, for the row that outlives the log."""
        return [(number, body) for number, body in enumerate(self._bodies, 1) if type(body) in TEXTUAL]  # type: ignore[misc]

    def _replace(self, block: int) -> None:
        """Keep the latest state of a block only: all of them grow with the square of its length."""
        earlier = self._open.get(block)
        if earlier is not None:
            self._text -= len(orjson.dumps(self._bodies[earlier]))
            self._bodies[earlier] = REPLACED
        self._open[block] = len(self._bodies) - 1

    def _wake(self, reader: LogReader) -> None:
        self._waiting.remove(reader)
        if not reader.woken.done():
            reader.woken.set_result(None)

    def _forget(self, size: int) -> None:
        """Keep the newest `size` bytes of audio in memory, of the rest the place on disk."""
        while self._recent > size:
            body = self._bodies[self._oldest]
            if type(body) is bytes:
                self._bodies[self._oldest] = OnDisk(self._offset, len(body))
                self._offset += len(body)
                self._recent -= len(body)
            self._oldest += 1

    async def _with_audio(self, bodies: list[Body | OnDisk | Replaced], first: int) -> list[Numbered]:
        for body in bodies:
            if type(body) is OnDisk:
                return await asyncio.to_thread(self._fetch, bodies, first)
        return [pair for pair in enumerate(bodies, first) if pair[1] is not REPLACED]  # type: ignore[misc]

    def _fetch(self, bodies: list[Body | OnDisk | Replaced], first: int) -> list[Numbered]:
        return [
            (number, self._read_audio(*body) if isinstance(body, OnDisk) else body)
            for number, body in enumerate(bodies, first)
            if not isinstance(body, Replaced)
        ]
