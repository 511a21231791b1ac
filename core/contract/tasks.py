"""The tasks, and the table in which each layer keeps what it does for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

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


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """`path` is the endpoint below the prefix of the API; `prices` are the units of its price, best first."""

    path: str
    prices: tuple[str, ...]


AUDIO_PRICES = ("audio_in.second", "audio_in.token", "text_out.token")
FACTS = TaskTable(
    "contract",
    {
        Task.SPEECH: TaskFacts(
            "/audio/speech", ("text_in.character", "text_in.token", "audio_out.token", "audio_out.second")
        ),
        Task.TRANSCRIPTION: TaskFacts("/audio/transcriptions", AUDIO_PRICES),
        Task.TRANSLATION: TaskFacts("/audio/translations", AUDIO_PRICES),
        Task.CHAT: TaskFacts("/chat/completions", ("text_in.token", "text_out.token")),
        Task.IMAGE: TaskFacts("/images/generations", ("image_out.image", "text_in.token", "image_out.token")),
        Task.EMBEDDING: TaskFacts("/embeddings", ("text_in.token",)),
    },
)
