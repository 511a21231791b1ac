"""A transcription request: speech to be turned into text in its own language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from core.contract.routing import NO_RULES, RoutingRules
from core.contract.tasks import Task


class TranscriptFormat(StrEnum):
    """`response_format` of a transcript."""

    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VERBOSE_JSON = "verbose_json"
    VTT = "vtt"
    DIARIZED_JSON = "diarized_json"


@dataclass(frozen=True, slots=True)
class AudioFile:
    """An audio file on disk, or a video of which the audio is used.

    `media_type` was read from its first bytes. `seconds` is its measured duration, None where it could not
    be measured. `name` is our own, safe to send, and ends in the extension of `media_type`.
    """

    path: str
    name: str
    media_type: str
    size: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TranscriptionRequest:
    """`language` is a primary code (`en`); `words` and `segments` ask for their times,
    `characters` for those of the characters of each word.

    `diarize` asks for speakers, `logprobs` for the log probability of each token. `known_speakers` are pairs
    of a name and a data URL of a voice sample. `chunking` is `auto` or OpenAI's object. None is the model's
    default.
    """

    task: ClassVar[Task] = Task.TRANSCRIPTION

    model: str
    file: AudioFile
    language: str | None = None
    prompt: str | None = None
    temperature: float | None = None
    format: TranscriptFormat = TranscriptFormat.JSON
    words: bool = False
    segments: bool = False
    characters: bool = False
    diarize: bool = False
    logprobs: bool = False
    speakers: int | None = None
    tag_events: bool | None = None
    logging: bool | None = None
    keyterms: tuple[str, ...] = ()
    chunking: str | Mapping[str, Any] | None = None
    known_speakers: tuple[tuple[str, str], ...] = ()
    streamed: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    routing: RoutingRules = NO_RULES
