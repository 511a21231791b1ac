"""Server-sent events from bytes: incremental, pure, bounded.

The grammar is WHATWG HTML, section 9.2.6; the fields `id` and `retry` are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MIB = 1024 * 1024
LINE_END = re.compile(rb"\r\n|\n|\r")
FIELD, EVENT_END = b"data: ", b"\n\n"
BETWEEN = EVENT_END + FIELD


class EventTooLarge(ValueError):
    """One event has more bytes than the cap allows."""


class ServerEvent(NamedTuple):
    data: bytes
    name: str = ""


class Splitter:
    """Splits a byte stream into events, whatever the chunks it comes in.

    `cap` bounds the bytes held for one event, comments and unfinished lines included.
    """

    __slots__ = ("_bom", "_cap", "_data", "_held", "_line", "_name", "_return")

    def __init__(self, cap: int = MIB) -> None:
        self._cap = cap
        self._line: list[bytes] = []  # pieces of an unfinished line
        self._data: list[bytes] = []
        self._name = ""
        self._held = 0
        self._return = False  # the last byte was CR: a LF that follows belongs to it
        self._bom = True

    @property
    def empty(self) -> bool:
        """Whether the next byte begins an event."""
        return not (self._held or self._name or self._return)

    def feed(self, chunk: bytes) -> Iterable[ServerEvent]:
        """The events that `chunk` completes. Iterating raises `EventTooLarge`."""
        if (
            chunk.startswith(FIELD)
            and chunk.endswith(EVENT_END)
            and self.empty
            and len(chunk) <= self._cap
            and b"\r" not in chunk
        ):
            # whole events of one line each, as nearly all of a live stream: a fifth of the work
            found = chunk[len(FIELD) : -len(EVENT_END)].split(BETWEEN)
            if chunk.count(b"\n") == 2 * len(found):
                self._bom = False
                return map(ServerEvent, found)
        return self._cut(chunk)

    def _cut(self, chunk: bytes) -> Iterator[ServerEvent]:
        if self._return and chunk:
            self._return = False
            chunk = chunk.removeprefix(b"\n")
        start = 0
        for end in LINE_END.finditer(chunk):
            event = self._take(chunk[start : end.start()])
            start = end.end()
            if event:
                yield event
        if start < len(chunk):
            self._hold(chunk[start:])
        self._return = chunk.endswith(b"\r")

    def _hold(self, piece: bytes) -> None:
        self._held += len(piece)
        if self._held > self._cap:
            raise EventTooLarge(f"An event is longer than {self._cap} bytes.")
        self._line.append(piece)

    def _take(self, piece: bytes) -> ServerEvent | None:
        self._hold(piece)
        line = b"".join(self._line) if len(self._line) > 1 else piece
        self._line.clear()
        if self._bom:
            line = line.removeprefix(b"\xef\xbb\xbf")
            self._bom = False
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        if not self._data:
            self._held = 0  # comments and keep-alives do not count
        return None

    def _dispatch(self) -> ServerEvent | None:
        event = ServerEvent(b"\n".join(self._data), self._name) if self._data else None
        self._data.clear()
        self._name = ""
        self._held = 0
        return event
