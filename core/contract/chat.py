"""A chat request: a conversation to be continued, and the parts of its messages that are not text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from core.contract.audio import AudioFormat
from core.contract.tasks import Task


class Modality(StrEnum):
    """What a message or an answer is made of."""

    TEXT = "text"
    IMAGE = "image"
    FILE = "file"
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Media:
    """A file of a chat message, on disk; it stands in the message where its base64 stood.

    `media_type` was read from its first bytes, `name` is safe to send. `format` is what `input_audio`
    calls it; `upload` is the id by which its owner's browser knows it.
    """

    modality: Modality
    path: str
    media_type: str
    size: int
    name: str
    format: str = ""
    seconds: float | None = None
    upload: str = ""
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation to be continued.

    `messages` have the shape of OpenAI's and OpenRouter's, with four kinds of parts beside text: `image_url`,
    `input_audio`, `file` and `video_url`, a `Media` standing for every data URL and every base64 string.
    `parameters` are relayed as they came: temperature, tools, response_format and whatever else.
    `modalities` is what the answer is to be made of; `voice` and `format` are for its sound, `formats` names
    several that a face can play, in order of preference.
    """

    task: ClassVar[Task] = Task.CHAT

    model: str
    messages: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    modalities: tuple[Modality, ...] = (Modality.TEXT,)
    voice: str | None = None
    format: AudioFormat = AudioFormat.PCM
    formats: tuple[AudioFormat, ...] = ()
    streamed: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


FILE_FIELDS = {
    "image_url": (Modality.IMAGE, "url"),
    "input_audio": (Modality.AUDIO, "data"),
    "file": (Modality.FILE, "file_data"),
    "video_url": (Modality.VIDEO, "url"),
}
"""By the type of a part: what it is of, and where in it the file stands."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part that is no text; `where` names it, such as `messages[1].content[0].input_audio`.

    `content` is the file, its address, or None where the provider knows it by an id.
    """

    where: str
    modality: Modality
    content: Media | str | None


def file_parts(request: ChatRequest) -> Iterator[FilePart]:
    """All of them, in order."""
    for number, message in enumerate(request.messages):
        content = message.get("content")
        if isinstance(content, list | tuple):
            for place, part in enumerate(content):
                if part["type"] in FILE_FIELDS:
                    yield _part(f"messages[{number}].content[{place}].{part['type']}", part)


def _part(where: str, part: Mapping[str, Any]) -> FilePart:
    modality, key = FILE_FIELDS[part["type"]]
    return FilePart(where, modality, part[part["type"]].get(key))


def last_text(request: ChatRequest) -> str:
    """What the last message says in words."""
    content = request.messages[-1].get("content") if request.messages else None
    if isinstance(content, list | tuple):
        return "\n".join(part["text"] for part in content if part["type"] == "text")
    return content or ""
