"""Events of a chat: text, reasoning, tool calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.events import ChatDelta
from core.contract.tasks import Task
from playground.frames.incoming import Start, start


def chat_start(model: str, params: Mapping[str, Any], place: Mapping[str, Any]) -> Start:
    """The `run.start` with these fields, for showing its request; nothing is run. Raises `BadFrame`.

    `place` may have the `conversation` and `parent` of the frame.
    """
    fields = {name: place.get(name) for name in ("conversation", "parent")}
    return start({**fields, "id": "code", "task": Task.CHAT, "model": model, "params": dict(params)})


def event_object(body: dict[str, Any] | str) -> dict[str, Any]:
    """A textual event as an object: a string stands for a `text.delta`, the most frequent event."""
    return {"type": "text.delta", "text": body} if isinstance(body, str) else body


def chat_events(delta: ChatDelta) -> Iterator[dict[str, Any] | str]:
    """The events of one delta; text of the answer's audio is marked as `spoken`.

    The pieces of one tool call share an `index`; its own id is `call`, for the `id` of a run event is that of
    its run.
    """
    if delta.reasoning:
        yield {"type": "reasoning.delta", "text": delta.reasoning}
    if delta.text:
        yield delta.text
    if delta.transcript:
        yield {"type": "text.delta", "text": delta.transcript, "spoken": True}
    for call in delta.calls:
        yield {
            "type": "tool.call",
            "index": call.index,
            "call": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }


def reasoning_done(seconds: float) -> dict[str, Any]:
    """The reasoning has ended, or stopped for a while; `seconds` of it so far."""
    return {"type": "reasoning.done", "seconds": seconds}
