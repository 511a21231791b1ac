"""The tables of this layer by task: request bodies, and collectors of answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from core.bodies import translation
from core.bodies.chat.body import ChatBody
from core.bodies.chat.collector import ChatCollector
from core.bodies.embedding.body import EmbeddingBody
from core.bodies.embedding.collector import EmbeddingCollector
from core.bodies.image.body import ImageBody
from core.bodies.image.collector import ImageCollector
from core.bodies.speech import SpeechBody, SpeechCollector
from core.bodies.transcription import body as transcription
from core.bodies.transcription.collector import TranscriptCollector
from core.bodies.validation import Body
from core.contract.events import Event
from core.contract.requests import Request
from core.contract.tasks import Task, TaskTable

R = TypeVar("R", bound=Request, contravariant=True)
A = TypeVar("A", covariant=True)


class Collector(Protocol[R, A]):
    """Collects the events of one answer: `note` every event in order, then `finish` once.

    Events that are no part of the answer are ignored.
    """

    def note(self, event: Event) -> None:
        """Take the next event."""

    def finish(self, request: R) -> A:
        """The answer to `request` from the events noted so far."""


BODIES: TaskTable[type[Body]] = TaskTable(
    "bodies",
    {
        Task.SPEECH: SpeechBody,
        Task.TRANSCRIPTION: transcription.TranscriptionBody,
        Task.TRANSLATION: translation.TranslationBody,
        Task.CHAT: ChatBody,
        Task.IMAGE: ImageBody,
        Task.EMBEDDING: EmbeddingBody,
    },
)
"""The JSON body of each task's endpoint; its `request()` makes the contract's request of it.

`request()` of audio tasks takes the `AudioFile`, that of a chat the messages with `Media` for files, that of
images the `ImageFile` of each of its `inputs()`, that of embeddings those of its `images()` by their places.
"""

COLLECTORS: TaskTable[Callable[[], Collector[Any, Any]]] = TaskTable(
    "collectors",
    {
        Task.SPEECH: SpeechCollector,
        Task.TRANSCRIPTION: TranscriptCollector,
        Task.TRANSLATION: TranscriptCollector,
        Task.CHAT: ChatCollector,
        Task.IMAGE: ImageCollector,
        Task.EMBEDDING: EmbeddingCollector,
    },
)
"""Constructs what collects the events of an answer and finishes it as a whole."""
