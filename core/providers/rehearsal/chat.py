"""What the rehearsal answers in a conversation: the last words it was told, told back piece by piece."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.contract.chat import ChatRequest, Modality
from core.contract.events import ChatDelta, Event, ImageReady, ToolCall
from core.contract.usage import Amount, Kind, Unit, Usage

PIECE = re.compile(r"\s*\S+\s*?|\s+")
SILENCE = "I was told nothing."
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGO4IaMGAAMAAR6GZ8BjAAAAAElFTkSuQmCC"
)
"""A PNG of one pixel."""


def pieces(request: ChatRequest) -> Iterator[Event]:
    """Reasoning where an effort is asked for, then a call of the first tool or the words, then a picture."""
    parameters = request.parameters
    if parameters.get("reasoning") or parameters.get("reasoning_effort"):
        yield ChatDelta(reasoning="A rehearsal does not think. ")
        yield ChatDelta(reasoning="It repeats.")
    tool = first_tool(parameters)
    if tool is not None and not answered(request):
        yield ChatDelta(calls=(ToolCall(0, "call_rehearsal", tool),))
        yield ChatDelta(calls=(ToolCall(0, arguments='{"rehearsed":'),))
        yield ChatDelta(calls=(ToolCall(0, arguments="true}"),))
        return
    for piece in PIECE.findall(told(request)):
        yield ChatDelta(transcript=piece) if Modality.AUDIO in request.modalities else ChatDelta(text=piece)
    if Modality.IMAGE in request.modalities:
        yield ImageReady(0, "image/png", PICTURE)


def first_tool(parameters: Mapping[str, Any]) -> str | None:
    """Nobody has looked at the tools before: they are relayed as they come."""
    tools = parameters.get("tools")
    first = tools[0] if isinstance(tools, list) and tools else None
    function = first.get("function") if isinstance(first, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    return name if isinstance(name, str) and name else None


def answered(request: ChatRequest) -> bool:
    """Whether the last message brings what a tool found."""
    return request.messages[-1].get("role") == "tool"


def told(request: ChatRequest) -> str:
    """The text of the last message, JSON where that is asked for."""
    form = request.parameters.get("response_format")
    if isinstance(form, Mapping) and form.get("type") in ("json_object", "json_schema"):
        return '{"rehearsed": true}'
    return "\n".join(texts(request.messages[-1].get("content"))) or SILENCE


def texts(content: Any) -> Iterator[str]:
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    for part in parts:
        if part.get("type") == "text":
            yield part["text"]
        else:
            yield f"[{part.get('type')}]"


def ending(request: ChatRequest) -> ChatDelta:
    called = first_tool(request.parameters) is not None and not answered(request)
    return ChatDelta(finish="tool_calls" if called else "stop")


def usage(request: ChatRequest) -> Usage:
    """A token is a word."""
    asked = sum(len(text.split()) for message in request.messages for text in texts(message.get("content")))
    answer = len(told(request).split())
    return Usage(
        (
            Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(asked)),
            Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(answer)),
        )
    )
