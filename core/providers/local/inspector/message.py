"""The parts of the last user message, and facts about the messages before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.contract.chat import FILE_FIELDS, ChatRequest, Media, Modality

SYSTEM_ROLES = ("system", "developer")


class PartKind(StrEnum):
    """What a part is measured as; the value is its title in the report."""

    TEXT = "Text"
    IMAGE = "Image"
    PDF = "PDF"
    AUDIO = "Audio"
    VIDEO = "Video"
    FILE = "File"  # a file part whose content is of no other kind
    UNKNOWN = "Part"  # a part of a type that chat does not have


KINDS = {
    Modality.TEXT: PartKind.TEXT,
    Modality.IMAGE: PartKind.IMAGE,
    Modality.FILE: PartKind.FILE,
    Modality.AUDIO: PartKind.AUDIO,
    Modality.VIDEO: PartKind.VIDEO,
}


@dataclass(frozen=True, slots=True)
class MessagePart:
    """One part: its `text`, its file as `media`, or the `address` of a file, which is not opened.

    `number` follows the kind in titles: " 1", " 2" where there are several of a kind, otherwise "".
    """

    kind: PartKind
    text: str = ""
    media: Media | None = None
    address: str = ""
    name: str = ""
    number: str = ""


def last_user_index(request: ChatRequest) -> int | None:
    """The index of the last message of the user."""
    indexes = [at for at, message in enumerate(request.messages) if message.get("role") == "user"]
    return indexes[-1] if indexes else None


def message_parts(request: ChatRequest) -> list[MessagePart]:
    """The parts of the last user message in order, those of one kind numbered where there are several."""
    index = last_user_index(request)
    parts = list(content_parts(request.messages[index].get("content"))) if index is not None else []
    totals, seen = Counter(part.kind for part in parts), Counter[PartKind]()
    numbered = []
    for part in parts:
        seen[part.kind] += 1
        numbered.append(replace(part, number=f" {seen[part.kind]}" if totals[part.kind] > 1 else ""))
    return numbered


def content_parts(content: Any) -> Iterator[MessagePart]:
    """The parts of a content, which is a string, a list of parts or None; empty texts are left out."""
    for part in [{"type": "text", "text": content}] if isinstance(content, str) else content or ():
        kind = part.get("type", "")
        if kind == "text":
            if text := part.get("text"):
                yield MessagePart(PartKind.TEXT, text=text)
        elif kind in FILE_FIELDS:
            yield file_part(kind, part)
        else:
            yield MessagePart(PartKind.UNKNOWN, name=str(kind))


def file_part(kind: str, part: Mapping[str, Any]) -> MessagePart:
    """A part of one of the types of `FILE_FIELDS`."""
    modality, field = FILE_FIELDS[kind]
    inner = part.get(kind) or {}
    content = inner.get(field) if isinstance(inner, Mapping) else inner
    if isinstance(content, Media):
        name = inner.get("filename") or content.name
        return MessagePart(media_kind(modality, content), media=content, name=str(name))
    address = content or inner.get("file_id") or ""
    return MessagePart(KINDS[modality], address=str(address))


def media_kind(modality: Modality, media: Media) -> PartKind:
    """The kind of a file by its content; the modality of its part is only the sender's statement."""
    family = media.media_type.partition("/")[0]
    if media.media_type == "application/pdf":
        return PartKind.PDF
    if family in ("image", "text") or (family in ("audio", "video") and modality is Modality.FILE):
        return KINDS[Modality(family)]
    return KINDS[modality]


def message_texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Every text of a message."""
    for part in content_parts(message.get("content")):
        if part.text:
            yield part.text


def system_prompt(request: ChatRequest) -> str:
    """The texts of all system and developer messages, a blank line between them."""
    prompts = [message for message in request.messages if message.get("role") in SYSTEM_ROLES]
    return "\n\n".join(text for message in prompts for text in message_texts(message))


def earlier_roles(request: ChatRequest) -> Counter[str]:
    """How many messages of each role precede the one that is measured, system messages excluded."""
    index = last_user_index(request)
    before = request.messages[: len(request.messages) if index is None else index]
    return Counter(str(message.get("role")) for message in before if message.get("role") not in SYSTEM_ROLES)


def count_characters(request: ChatRequest) -> int:
    """Of all texts of the conversation."""
    return sum(len(text) for message in request.messages for text in message_texts(message))
