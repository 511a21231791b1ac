"""OpenAI's server-sent events: JSON objects until `[DONE]`; an error among them is raised.

An event without data keeps the connection alive; one that cannot be read is left out.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from enum import Enum
from typing import Any

import orjson

from core.contract.errors import UpstreamInvalid
from core.contract.events import Event
from core.providers.openai.errors import ERROR, error_of
from core.providers.shared.http import CallResponse
from core.providers.shared.json_text import BOM, parse
from core.providers.shared.sse import MIB, EventTooLarge, ServerEvent, Splitter

EVENT_STREAM = "text/event-stream"
TERMINATOR = b"[DONE]"
FIRST_FIELD = re.compile(rb"(?:data|event|id|retry|error)?:")
LONGEST_FIELD = len(b"retry:")
SEAM = re.compile(rb"(?<=\})\s*(?=\{|\[DONE\])")
"""Between two objects in one event: no JSON value has one outside of its strings."""


class Mark(Enum):
    """An event that is no object."""

    END = "[DONE]"
    KEEP_ALIVE = "no data"
    UNREADABLE = "no JSON object"


async def opening(chunks: AsyncGenerator[bytes, None]) -> bytes:
    """The first bytes: enough to tell an object from a stream of events."""
    head = b""
    async for chunk in chunks:
        head += chunk
        first = without_blanks(head)
        if len(first) >= LONGEST_FIELD or first[:1] in (b"{", b"["):
            break
    return head


def is_event_stream(head: bytes, media_type: str) -> bool:
    """Whether an answer that begins so has events: its bytes tell, else its label."""
    first = without_blanks(head)
    if first[:1] in (b"{", b"["):
        return False
    return bool(FIRST_FIELD.match(first)) or media_type.startswith(EVENT_STREAM)


def without_blanks(head: bytes) -> bytes:
    return head.removeprefix(BOM).lstrip()


async def prefixed(head: bytes, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """`head`, then the rest of an answer that was opened."""
    yield head
    async for chunk in chunks:
        yield chunk


async def events_of(
    response: CallResponse,
    stream: Callable[[AsyncGenerator[bytes, None]], AsyncGenerator[Event, None]],
    whole: Callable[[bytes], AsyncGenerator[Event, None]],
) -> AsyncGenerator[Event, None]:
    """The events of an answer, which `stream` reads where it is server-sent events, `whole` where it is one
    object."""
    async with aclosing(response.chunks()) as chunks:
        head = await opening(chunks)
        if is_event_stream(head, response.media_type):
            source = stream(prefixed(head, chunks))
        else:
            source = whole(head + b"".join([rest async for rest in chunks]))
        async with aclosing(source) as events:
            async for event in events:
                yield event


async def objects(
    chunks: AsyncGenerator[bytes, None], hide: tuple[str, ...], cap: int = MIB
) -> AsyncGenerator[dict[str, Any] | None, None]:
    """Each event as an object with its `type`, until `[DONE]`; None for one that cannot be read.

    Strings may have halves of characters. Raises where the answer ends without `[DONE]`.
    """
    splitter = Splitter(cap)
    async with aclosing(chunks):
        async for chunk in chunks:
            for value in values_of(split(splitter, chunk), hide):
                if value is Mark.END:
                    return
                if value is not Mark.KEEP_ALIVE:
                    yield value if isinstance(value, dict) else None
    for value in values_of(splitter.end(), hide):
        if isinstance(value, dict):
            yield value
        elif value is Mark.END:
            return
    raise UpstreamInvalid("The answer was cut short.", code="upstream_truncated")


def split(splitter: Splitter, chunk: bytes) -> list[ServerEvent]:
    """The events that `chunk` completes. Raises `UpstreamInvalid` for one that is too long."""
    try:
        return list(splitter.feed(chunk))
    except EventTooLarge as error:
        failure = UpstreamInvalid(str(error))
    raise failure


def parts(event: ServerEvent) -> tuple[ServerEvent, ...]:
    """The events that a server wrote as one, without an empty line between them; none where it is one."""
    found = SEAM.split(event.data)
    whole = len(found) > 1 and all(is_whole(data) for data in found)
    return tuple(ServerEvent(data, event.name) for data in found) if whole else ()


def is_whole(data: bytes) -> bool:
    """Whether this is one JSON value, or the end of the stream."""
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return data.strip() == TERMINATOR
    return True


def values_of(events: Iterable[ServerEvent], hide: tuple[str, ...]) -> Iterator[dict[str, Any] | Mark]:
    """The objects of events, each with its `type`. Iterating raises the error that one of them is."""
    for event in events:
        try:
            value = orjson.loads(event.data)
        except orjson.JSONDecodeError:
            value = odd_value(event)
        if isinstance(value, tuple):
            yield from values_of(value, hide)
            continue
        found = value if isinstance(value, Mark) else checked(value, event.name, hide)
        yield found if isinstance(found, Mark) else {"type": event.name, **found}


def checked(value: Any, name: str, hide: tuple[str, ...]) -> dict[str, Any] | Mark:
    """`value`, which came in an event of that name, if it is an object. Raises the error where it is one."""
    if error := error_of(value, name, hide):
        raise error
    return value if isinstance(value, dict) else Mark.UNREADABLE


def odd_value(event: ServerEvent) -> Any:
    """What an event has that orjson does not read: a `Mark`, a tuple of several events, a value whose strings
    have halves of characters, the text of an error."""
    data = event.data.strip()
    if data == TERMINATOR:
        return Mark.END
    if not data and event.name != ERROR:
        return Mark.KEEP_ALIVE
    if several := parts(event):
        return several
    try:
        return parse(data)
    except UpstreamInvalid:
        return data.decode("utf-8", "replace")
