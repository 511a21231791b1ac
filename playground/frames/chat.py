"""What a run tells of an answer: text, thoughts, calls of tools, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.contract.events import ChatDelta


def event_object(body: dict[str, Any] | str) -> dict[str, Any]:
    """A textual event as JSON has it: more of the answer's text is kept as its words alone, since most
    events are these."""
    return {"type": "text.delta", "text": body} if isinstance(body, str) else body


def chat_events(delta: ChatDelta) -> Iterator[dict[str, Any] | str]:
    """The events of one delta; text of the answer's sound is marked as `spoken`."""
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
            "id": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }


def image_ready(index: int, url: str, media_type: str, *, remote: bool = False) -> dict[str, Any]:
    """`remote` marks an address elsewhere, which a page links to and never loads."""
    body = {"type": "image.ready", "index": index, "url": url, "media_type": media_type}
    return {**body, "remote": True} if remote else body
