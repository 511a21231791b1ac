"""What is left of a streamed answer whose caller has stopped it: it may end with the usage that is billed.

It is worth reading where a provider goes on, and charges, although the connection is closed. The option
`drain_seconds` says so, of a provider or an endpoint. OpenAI and many behind OpenRouter stop at once:
https://openrouter.ai/docs/api-reference/streaming#stream-cancellation
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from core.contract.events import Event, Used
from core.contract.route import Target
from core.contract.usage import Usage
from core.providers.shared.http import CallResponse

Opened = AbstractAsyncContextManager[Any]
"""What closes an answer at its end, and what belongs to it."""
MOST_BYTES = 1024 * 1024
"""Bytes that are read after a stop."""


class AnswerReader(Protocol):
    """Reads the bytes of an answer into events; `done` once its end was seen."""

    done: bool

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that the bytes of `chunk` complete. Iterating raises from the error tree."""
        ...

    def rest(self) -> Iterator[Event]:
        """Those of the last chunk that have not been read."""
        ...

    def end(self) -> Iterator[Event]:
        """The last events. Iterating raises where the answer is incomplete."""
        ...


@dataclass(frozen=True, slots=True)
class Reports:
    """The usage of an answer: `whole` of a complete one, `so_far` what was told of any other."""

    whole: Callable[[], Usage]
    so_far: Callable[[], Usage | None]


class Remainder:
    """The open answer and its reader; `seconds` is how long it may be read. To be read or closed."""

    def __init__(
        self,
        seconds: float,
        opened: Opened,
        response: CallResponse,
        reader: AnswerReader,
        reports: Reports,
    ) -> None:
        self.seconds = seconds
        self._opened = opened
        self._response = response
        self._reader = reader
        self._reports = reports

    async def events(self) -> AsyncGenerator[Event, None]:
        """The events that follow, the last one `Used`, as far as the provider tells it soon enough."""
        reader, size = self._reader, 0
        async with self._opened:
            for event in reader.rest():
                yield event
            async with aclosing(self._response.chunks()) as chunks:
                while not reader.done and size <= MOST_BYTES and (chunk := await anext(chunks, b"")):
                    size += len(chunk)
                    for event in reader.feed(chunk):
                        yield event
        for event in reader.end():
            yield event
        yield Used(self._reports.whole())

    def told(self) -> Usage | None:
        """What the provider has told so far."""
        return self._reports.so_far()

    async def close(self) -> None:
        async with self._opened:
            pass


def keep_open(
    target: Target,
    keep: Callable[[], Opened],
    response: CallResponse,
    reader: AnswerReader,
    reports: Reports,
) -> None:
    """Leave a stopped answer open where the rest of it is worth reading, and not compressed; `keep` takes it
    out of the running block."""
    seconds = float(target.options.get("drain_seconds", 0))
    plain = response.headers.get("content-encoding", "identity") == "identity"
    if seconds and plain and target.sending is not None:
        target.sending.remainder = Remainder(seconds, keep(), response, reader, reports)
