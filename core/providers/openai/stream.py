"""OpenAI's server-sent events: JSON objects until `[DONE]`; an error among them is raised."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.providers.openai.errors import error_in
from core.providers.shared import http
from core.providers.shared.json_body import decode
from core.providers.shared.sse import EventTooLarge, ServerEvent, Splitter

EVENT_STREAM = "text/event-stream"
TERMINATOR = b"[DONE]"


async def objects(response: http.CallResponse, hide: tuple[str, ...]) -> AsyncGenerator[dict[str, Any], None]:
    """Each event as an object with its `type`, until `[DONE]`. Raises where the answer ends without that."""
    splitter = Splitter()
    async with aclosing(response.chunks()) as chunks:
        async for chunk in chunks:
            for event in split(splitter, chunk):
                if event.data == TERMINATOR:
                    return
                yield {"type": event.name, **object_of(event, hide)}
    raise UpstreamInvalid("The answer was cut short.", code="upstream_truncated")


def split(splitter: Splitter, chunk: bytes) -> list[ServerEvent]:
    """The events that `chunk` completes. Raises `UpstreamInvalid` for one that is too long."""
    try:
        return list(splitter.feed(chunk))
    except EventTooLarge as error:
        failure = UpstreamInvalid(str(error))
    raise failure


def object_of(event: ServerEvent, hide: tuple[str, ...]) -> dict[str, Any]:
    """The object of an event. Raises the error where it is one."""
    return checked(decode(event.data), event.name, hide)


def checked(value: Any, name: str, hide: tuple[str, ...]) -> dict[str, Any]:
    """`value`, which came in an event of that name, if it is an object. Raises the error where it is one."""
    if not isinstance(value, dict):
        raise UpstreamInvalid("The provider sent an event that is not an object.")
    if error := error_in(value, hide):
        raise error
    if value.get("type", name) == "error":
        raise error_in({"error": value}, hide) or UpstreamInvalid("The provider sent an error.")
    return value
