"""What may be asked: one frozen value per task, the same whether it came by HTTP or by socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from core.contract.audio import AudioFormat


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


class TranscriptFormat(StrEnum):
    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VERBOSE_JSON = "verbose_json"
    VTT = "vtt"
    DIARIZED_JSON = "diarized_json"


@dataclass(frozen=True, slots=True)
class SoundFile:
    """Sound, or a video's sound, on disk; `media_type` was read from its first bytes, `seconds` measured.

    `name` is safe to send and ends as its content does; the name it came with is nobody's business upstream.
    """

    path: str
    name: str
    media_type: str
    size: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TranscriptionRequest:
    """Sound to be written down; `language` is a primary code, `words` and `segments` are times asked for.

    `diarize` asks who spoke, `logprobs` how sure the model was of each token; `known_speakers` are names with
    a data URL of each voice; `chunking` is `auto` or OpenAI's object. None everywhere is the model's default.
    """

    task: ClassVar[Task] = Task.TRANSCRIPTION

    model: str
    file: SoundFile
    language: str | None = None
    prompt: str | None = None
    temperature: float | None = None
    format: TranscriptFormat = TranscriptFormat.JSON
    words: bool = False
    segments: bool = False
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


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """Sound in any language to be written down in English.

    `translator` names a chat model for what `model` can only write down; None is one that is ready.
    """

    task: ClassVar[Task] = Task.TRANSLATION

    model: str
    file: SoundFile
    prompt: str | None = None
    temperature: float | None = None
    format: TranscriptFormat = TranscriptFormat.JSON
    segments: bool = False
    streamed: bool = False
    translator: str | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


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


Listening = TranscriptionRequest | TranslationRequest
Request = SpeechRequest | TranscriptionRequest | TranslationRequest | ChatRequest
"""Every request the gateway takes; images join here."""
