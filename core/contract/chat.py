"""What stands in the messages of a conversation beside text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.contract.requests import ChatRequest, Media, Modality

KINDS = {
    "image_url": (Modality.IMAGE, "url"),
    "input_audio": (Modality.AUDIO, "data"),
    "file": (Modality.FILE, "file_data"),
    "video_url": (Modality.VIDEO, "url"),
}
"""By the type of a part: what it is of, and where in it the file stands."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is no text; `where` names it, such as `messages[1].content[0].input_audio`.

    `content` is the file, its address, or None where the provider knows it by an id.
    """

    where: str
    modality: Modality
    content: Media | str | None


def parts(request: ChatRequest) -> Iterator[Part]:
    """All of them, in order."""
    for number, message in enumerate(request.messages):
        content = message.get("content")
        if isinstance(content, list | tuple):
            for place, part in enumerate(content):
                if part["type"] in KINDS:
                    yield _part(f"messages[{number}].content[{place}].{part['type']}", part)


def _part(where: str, part: Mapping[str, Any]) -> Part:
    modality, key = KINDS[part["type"]]
    return Part(where, modality, part[part["type"]].get(key))


def last_text(request: ChatRequest) -> str:
    """What the last message says in words."""
    content = request.messages[-1].get("content") if request.messages else None
    if isinstance(content, list | tuple):
        return "\n".join(part["text"] for part in content if part["type"] == "text")
    return content or ""
