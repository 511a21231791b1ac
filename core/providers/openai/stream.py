"""Server-sent events on the OpenAI wire: objects until `[DONE]`, errors among them raised."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.providers.openai import wire
from core.providers.shared import http
from core.providers.shared.errors import from_object
from core.providers.shared.sse import EventTooLarge, ServerEvent, Splitter

EVENT_STREAM = "text/event-stream"
TERMINATOR = b"[DONE]"


async def values(answer: http.Response, hide: tuple[str, ...]) -> AsyncGenerator[dict[str, Any], None]:
    """Each event as an object with its `type`; ends at `[DONE]`. Raises where the answer ends without it."""
    splitter = Splitter()
    async with aclosing(answer.chunks()) as chunks:
        async for chunk in chunks:
            for event in split(splitter, chunk):
                if event.data == TERMINATOR:
                    return
                yield {"type": event.name, **value_of(event, hide)}
    raise UpstreamInvalid("The answer was cut short.", code="upstream_truncated")


def split(splitter: Splitter, chunk: bytes) -> list[ServerEvent]:
    """The events that `chunk` completes. Raises `UpstreamInvalid` for one that is too long."""
    try:
        return list(splitter.feed(chunk))
    except EventTooLarge as error:
        failure = UpstreamInvalid(str(error))
    raise failure


def value_of(event: ServerEvent, hide: tuple[str, ...]) -> dict[str, Any]:
    """The object an event carries. Raises what it says where it is an error."""
    return accepted(wire.decoded(event.data), event.name, hide)


def accepted(value: Any, name: str, hide: tuple[str, ...]) -> dict[str, Any]:
    """`value`, which came in an event of that name, if it is an object. Raises what it says of an error."""
    if not isinstance(value, dict):
        raise UpstreamInvalid("The provider sent an event that is not an object.")
    if error := from_object(value, hide):
        raise error
    if value.get("type", name) == "error":
        raise from_object({"error": value}, hide) or UpstreamInvalid("The provider sent an error.")
    return value
