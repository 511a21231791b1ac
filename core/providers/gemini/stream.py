"""An answer of Google's as JSON objects: server-sent events, one object, or a list of them.

A stream has no last event of its own: it ends with its connection, and is whole where it said why it ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from core.contract.errors import UpstreamInvalid
from core.providers.gemini.errors import error_in
from core.providers.shared import http
from core.providers.shared.json_text import BOM, parse
from core.providers.shared.sse import EventTooLarge, ServerEvent, Splitter
from core.providers.shared.surrogates import clean

CAP = 64 * http.MIB
"""Bytes of one event: room for a picture, or for all the audio of an answer that does not stream."""
TRUNCATED = "upstream_truncated"


class ObjectReader:
    """Takes the bytes of one answer as they come; `unreadable` counts the events that were left out."""

    __slots__ = ("_body", "_events", "_head", "_hide", "_splitter", "unreadable")

    def __init__(self, hide: tuple[str, ...]) -> None:
        self.unreadable = 0
        self._hide = hide
        self._head = b""
        self._body: list[bytes] = []  # of an answer that is no events
        self._events: bool | None = None  # unknown until the first byte that is no blank
        self._splitter = Splitter(CAP)

    def feed(self, chunk: bytes) -> Iterator[dict[str, Any]]:
        """The objects that `chunk` completes. Iterating raises the error that one of them is."""
        if self._events is None:
            chunk, self._head = self._head + chunk, b""
            first = chunk.removeprefix(BOM).lstrip()
            if not first:
                self._head = chunk
                return
            self._events = first[:1] not in (b"{", b"[")
        if not self._events:
            self._body.append(chunk)
            return
        for event in self._split(chunk):
            yield from self._read(event.data)

    def end(self) -> Iterator[dict[str, Any]]:
        """The objects of the rest. Iterating raises as `feed`."""
        if self._events:
            for event in self._split(b"\n\n"):
                yield from self._read(event.data)
        elif self._body:
            body = b"".join(self._body)
            self._body.clear()
            yield from self._checked(value_of(body))

    def _split(self, chunk: bytes) -> list[ServerEvent]:
        try:
            return list(self._splitter.feed(chunk))
        except EventTooLarge as error:
            failure = UpstreamInvalid(str(error))
        raise failure

    def _read(self, data: bytes) -> Iterator[dict[str, Any]]:
        if not data.strip():
            return
        try:
            value = value_of(data)
        except UpstreamInvalid:
            self.unreadable += 1
            return
        yield from self._checked(value)

    def _checked(self, value: Any) -> Iterator[dict[str, Any]]:
        if error := error_in(value, self._hide):
            raise error
        for one in value if isinstance(value, list) else (value,):
            if error := error_in(one, self._hide):
                raise error
            if isinstance(one, dict):
                yield one
            else:
                self.unreadable += 1


def value_of(data: bytes) -> Any:
    """The JSON value. Raises `UpstreamInvalid`."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    return clean(parse(data))


def truncated() -> UpstreamInvalid:
    return UpstreamInvalid("The answer was cut short.", code=TRUNCATED)
