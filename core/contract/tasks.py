"""The tasks, and the table in which each layer keeps what it does for each of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

API_PREFIXES = ("/api/v1", "/v1", "/v2/router", "/v3/router")
"""Where the API is found: by OpenRouter's path, OpenAI's, and the two that orq.ai's clients use."""

V = TypeVar("V")


class Task(StrEnum):
    """What a model is asked to do: the tabs of its page and the endpoints of the API."""

    SPEECH = "speech"
    TRANSCRIPTION = "transcription"
    TRANSLATION = "translation"
    CHAT = "chat"
    IMAGE = "image"
    EMBEDDING = "embedding"


class UnknownTask(LookupError):
    """A layer has no row for a task."""


class TaskTable(dict[Task, V]):
    """What one layer does for each task, by the task.

    A task without a row raises `UnknownTask` naming the layer and the task; no row stands for all others.
    """

    def __init__(self, layer: str, rows: Mapping[Task, V]) -> None:
        super().__init__(rows)
        self.layer = layer

    def __missing__(self, task: Task) -> V:
        raise UnknownTask(f"{self.layer} has no row for the task {task}.")


class Comparison(StrEnum):
    """The quantity that prices of models of one task are compared by."""

    MILLION_CHARACTERS = "million_characters"
    MINUTE = "minute"
    MILLION_TOKENS = "million_tokens"
    IMAGE = "image"


class AudioPlace(StrEnum):
    """Where the request of a task holds audio that a provider may want in another format."""

    FILE = "file"
    """Its `file`, an `AudioFile`."""
    MESSAGES = "messages"
    """`input_audio` parts of its `messages`, with `Media`."""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What is known of a task in all layers.

    `path` is its endpoint below the prefix of the API, `api_type` what `GET generation` calls it. `inputs`
    and `outputs` are the modalities of a model of which only the task is known. `prices` are the units its
    price is quoted in, best first. `needs` are the units of the input that are no price without one of the
    output's. `has_finish_reason`: its answers have one. `audio` is None where requests hold none.
    """

    path: str
    api_type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    prices: tuple[str, ...]
    comparison: Comparison
    has_finish_reason: bool = False
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    audio: AudioPlace | None = None

    def is_complete(self, priced: Collection[str]) -> bool:
        """Whether a sheet with these units prices the output as well: what has no price is not free."""
        return all(any(name in priced for name in self.needs[unit]) for unit in priced if unit in self.needs)


AUDIO_PRICES = ("audio_in.second", "audio_in.token", "text_out.token")
AUDIO_NEEDS = {"audio_in.token": ("text_out.token",)}
IMAGES_OUT = ("image_out.image", "image_out.token", "text_out.token")
FACTS = TaskTable(
    "contract",
    {
        Task.SPEECH: TaskFacts(
            "/audio/speech",
            "tts",
            ("text",),
            ("speech",),
            ("text_in.character", "text_in.token", "audio_out.token", "audio_out.second"),
            Comparison.MILLION_CHARACTERS,
            needs={"text_in.token": ("audio_out.token", "audio_out.second", "audio_out.byte")},
        ),
        Task.TRANSCRIPTION: TaskFacts(
            "/audio/transcriptions",
            "stt",
            ("audio",),
            ("transcription",),
            AUDIO_PRICES,
            Comparison.MINUTE,
            needs=AUDIO_NEEDS,
            audio=AudioPlace.FILE,
        ),
        Task.TRANSLATION: TaskFacts(
            "/audio/translations",
            "stt",
            ("audio",),
            ("transcription",),
            AUDIO_PRICES,
            Comparison.MINUTE,
            needs=AUDIO_NEEDS,
            audio=AudioPlace.FILE,
        ),
        Task.CHAT: TaskFacts(
            "/chat/completions",
            "completions",
            ("text",),
            ("text",),
            ("text_in.token", "text_out.token"),
            Comparison.MILLION_TOKENS,
            has_finish_reason=True,
            needs={"text_in.token": ("text_out.token",)},
            audio=AudioPlace.MESSAGES,
        ),
        Task.IMAGE: TaskFacts(
            "/images/generations",
            "image",
            ("text",),
            ("image",),
            ("image_out.image", "text_in.token", "image_out.token"),
            Comparison.IMAGE,
            needs={"text_in.token": IMAGES_OUT, "image_in.token": IMAGES_OUT},
        ),
        Task.EMBEDDING: TaskFacts(
            "/embeddings",
            "embeddings",
            ("text",),
            ("embeddings",),
            ("text_in.token",),
            Comparison.MILLION_TOKENS,
        ),
    },
)
