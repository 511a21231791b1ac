"""A chat request: messages to be answered, and the file parts of its messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

from core.contract.audio import AudioFormat
from core.contract.image import ImageTool
from core.contract.routing import NO_RULES, RoutingRules
from core.contract.tasks import Task


class Modality(StrEnum):
    """The kinds of content of a message or an answer."""

    TEXT = "text"
    IMAGE = "image"
    FILE = "file"
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Media:
    """A file of a chat message, on disk; in the message it takes the place of its base64.

    `media_type` was read from its first bytes, `name` is safe to send. `format` is the `format` of an
    `input_audio` part; `upload` is the id of the upload it came from. `size` is in bytes.
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
    """Messages to be answered.

    `messages` have the shape of OpenAI's and OpenRouter's, with four types of parts beside text: `image_url`,
    `input_audio`, `file` and `video_url`, and a `Media` in place of every data URL and base64 string.
    `parameters` are relayed unchanged: temperature, tools, response_format and others. `modalities` are those
    of the answer; `voice` and `format` are for its audio, `formats` are others that the caller can play, in
    order of preference. `limit` is how many tokens of a choice a budget pays for where the caller set none.
    With `image_tool` the model may have pictures drawn, if it cannot draw itself.
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
    limit: int | None = None
    preferences: Mapping[str, Any] = field(default_factory=dict)
    routing: RoutingRules = NO_RULES
    image_tool: ImageTool | None = None

    @property
    def most_pictures(self) -> int:
        """How many pictures its image tool makes at most."""
        tool = self.image_tool
        return tool.most_pictures(paid=self.limit is not None) if tool else 0


SEPARATORS = str.maketrans("", "", "_- .")


@lru_cache(maxsize=1024)
def folded(name: str) -> str:
    """A parameter's name as it is compared: servers take `maxTokens`, `max-tokens` and `MAX_TOKENS` alike.

    Names that look alike in other scripts fold into the same: `K` and the Kelvin sign, `s` and `ſ`.
    """
    return name.casefold().translate(SEPARATORS)


FILE_FIELDS = {
    "image_url": (Modality.IMAGE, "url"),
    "input_audio": (Modality.AUDIO, "data"),
    "file": (Modality.FILE, "file_data"),
    "video_url": (Modality.VIDEO, "url"),
}
"""By the type of a part: its modality, and the key that holds the file."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part that has a file; `where` is its path, such as `messages[1].content[0].input_audio`.

    `content` is the file, its URL, or None where it is referred to by an id at the provider.
    """

    where: str
    modality: Modality
    content: Media | str | None


def file_parts(request: ChatRequest) -> Iterator[FilePart]:
    """The file parts of all messages, in order."""
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
    """The text of the last message."""
    content = request.messages[-1].get("content") if request.messages else None
    if isinstance(content, list | tuple):
        return "\n".join(part["text"] for part in content if part["type"] == "text")
    return content or ""
