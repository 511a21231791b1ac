"""Server-sent events from bytes: incremental, pure, bounded.

The grammar is WHATWG HTML, section 9.2.6; the fields `id` and `retry` are ignored. What real servers write
beside it is read as well: a field `error`, and a last event without an empty line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MIB = 1024 * 1024


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

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that `chunk` completes. Iterating raises `EventTooLarge`."""
        if self._return:
            chunk = chunk.removeprefix(b"\n")
        self._return = chunk.endswith(b"\r")
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            self._held += len(line)
            if self._held > self._cap:
                raise self._too_large()
            if self._line:
                line = b"".join((*self._line, line))
                self._line.clear()
            if self._bom:
                line = line.removeprefix(b"\xef\xbb\xbf")
                self._bom = False
            if line:
                self._read_field(line)
                continue
            if self._data:
                yield ServerEvent(b"\n".join(self._data), self._name)
                self._data.clear()
            self._name = ""
            self._held = 0
        if rest:
            self._held += len(rest)
            if self._held > self._cap:
                raise self._too_large()
            self._line.append(rest)

    def end(self) -> Iterator[ServerEvent]:
        """The event after which the bytes ended without an empty line; the standard would drop it."""
        return self.feed(b"\n\n")

    def _too_large(self) -> EventTooLarge:
        return EventTooLarge(f"An event is longer than {self._cap} bytes.")

    def _read_field(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        elif field == b"error":  # llama.cpp writes its errors into a field of that name
            self._data.append(value)
            self._name = "error"
        if not self._data:
            self._held = 0  # comments and keep-alives do not count
