"""What may be asked: one frozen value per task, the same whether it came by HTTP or by socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from core.contract.media import AudioFormat


class Task(StrEnum):
    """The tabs of a model page and the families of the API."""

    SPEECH = "speech"
    TRANSCRIPTION = "transcription"
    TRANSLATION = "translation"
    CHAT = "chat"
    IMAGE = "image"
    EMBEDDING = "embedding"


class Source(StrEnum):
    """Which face a request came through."""

    API = "api"
    PLAYGROUND = "playground"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a user, through an API key of theirs or through their browser session."""

    user_id: int
    key_id: int | None = None
    source: Source = Source.API
    address: str = ""


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Text to be spoken; `format` is what the caller wants to hear, `voice` None is the model's default.

    `formats` widens the choice: a face that can play several names them in order of preference.
    """

    task: ClassVar[Task] = Task.SPEECH

    model: str
    text: str
    voice: str | None = None
    format: AudioFormat = AudioFormat.MP3
    formats: tuple[AudioFormat, ...] = ()
    speed: float = 1.0
    instructions: str | None = None
    streamed: bool = True
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


Request = SpeechRequest
"""Every request the gateway takes; transcription, chat and images join here as unions."""
