"""What a conversation brings to be measured: the parts of its last user message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.contract.chat import ChatRequest, Media

SYSTEM = ("system", "developer")
KINDS = {"image_url": "Image", "input_audio": "Audio", "file": "File", "video_url": "Video"}
FIELDS = {"image_url": "url", "input_audio": "data", "file": "file_data", "video_url": "url"}
"""Under which key each type of part keeps its file."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its text, its file, or an address, which nobody opens. `number` tells it from its like."""

    kind: str
    text: str = ""
    media: Media | None = None
    address: str = ""
    name: str = ""
    number: str = ""


def last_user(request: ChatRequest) -> int | None:
    """Where the last message of the user stands."""
    places = [at for at, message in enumerate(request.messages) if message.get("role") == "user"]
    return places[-1] if places else None


def parts(request: ChatRequest) -> list[Part]:
    """What is to be measured, in order, those of one kind numbered from the second on."""
    place = last_user(request)
    found = list(read(request.messages[place].get("content"))) if place is not None else []
    totals, seen = Counter(part.kind for part in found), Counter[str]()
    numbered = []
    for part in found:
        seen[part.kind] += 1
        number = f" {seen[part.kind]}" if totals[part.kind] > 1 else ""
        numbered.append(Part(part.kind, part.text, part.media, part.address, part.name, number))
    return numbered


def read(content: Any) -> Iterator[Part]:
    for part in [{"type": "text", "text": content}] if isinstance(content, str) else content or ():
        kind = part.get("type", "")
        if kind == "text":
            if text := part.get("text"):
                yield Part("Text", text=text)
        elif kind in KINDS:
            yield attached(kind, part)
        else:
            yield Part("Part", name=str(kind))


def attached(kind: str, part: Mapping[str, Any]) -> Part:
    inner = part.get(kind) or {}
    held = inner.get(FIELDS[kind]) if isinstance(inner, Mapping) else inner
    if isinstance(held, Media):
        name = inner.get("filename") or held.name
        return Part(kind_of(KINDS[kind], held), media=held, name=str(name))
    address = held or inner.get("file_id") or ""
    return Part(KINDS[kind], address=str(address))


def kind_of(kind: str, media: Media) -> str:
    """What a file is by its content: the part's type is only what the sender calls it."""
    family = media.media_type.partition("/")[0]
    if media.media_type == "application/pdf":
        return "PDF"
    if family == "image":
        return "Image"
    if family in ("audio", "video") and kind == "File":
        return family.capitalize()
    if family == "text":
        return "Text"
    return kind


def texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Every text of a message."""
    for part in read(message.get("content")):
        if part.text:
            yield part.text


def system_prompt(request: ChatRequest) -> str:
    told = [text for message in request.messages if message.get("role") in SYSTEM for text in texts(message)]
    return "\n\n".join(told)


def earlier(request: ChatRequest) -> Counter[str]:
    """How many messages of each role came before the one that is measured, the system's apart."""
    place = last_user(request)
    before = request.messages[: len(request.messages) if place is None else place]
    return Counter(str(message.get("role")) for message in before if message.get("role") not in SYSTEM)


def characters(request: ChatRequest) -> int:
    """Of all texts of the conversation."""
    return sum(len(text) for message in request.messages for text in texts(message))
