"""The Protocols of adapters: a common base and one for each task; having the method is the capability."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

from core.contract.chat import ChatRequest
from core.contract.embedding import EmbeddingRequest
from core.contract.events import Event
from core.contract.image import ImageRequest
from core.contract.requests import Request
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task, TaskTable
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranslationRequest

AdapterMethod = Callable[[Target, Request], AsyncGenerator[Event, None]]
"""Answers the request of one task with its events. Raises from the error tree, never retries, and closes
its upstream when the generator is closed."""


METHODS = TaskTable(
    "providers",
    {
        Task.SPEECH: "speak",
        Task.TRANSCRIPTION: "transcribe",
        Task.TRANSLATION: "translate",
        Task.CHAT: "chat",
        Task.IMAGE: "draw",
        Task.EMBEDDING: "embed",
    },
)
"""The adapter's method for each task, as the Protocols below describe it."""


class Adapter(Protocol):
    """The base of every adapter, to be subclassed; an adapter also has the methods of those Protocols below
    that its vendor can serve."""

    embedded: ClassVar[bool] = False
    """Whether it answers within this program, so that nothing is told to anybody outside."""

    def prepare(self) -> None:
        """Do slow first work ahead of the first request; blocking. Raises from the error tree."""
        return

    async def close(self) -> None:
        """Release what is held for the running event loop; a later request acquires it again."""
        return


@runtime_checkable
class SpeechAdapter(Protocol):
    def speak(self, target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
        """Yield `AnswerMetadata` where the answer has an id, `AudioStart`, then `AudioChunk` and
        `SpeechWords`, then `Used`.

        The bytes are in `target.format`, the voice is `target.voice`.
        """
        ...


@runtime_checkable
class TranscriptionAdapter(Protocol):
    def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """Yield `TranscriptDelta`, `Segment`, `TranscriptWords` as they come, `Transcript` once, then `Used`;
        before them `AnswerMetadata` where the answer has an id.

        Times are seconds of the file. What the upstream does not report is left out, never invented.
        """
        ...


@runtime_checkable
class TranslationAdapter(Protocol):
    def translate(self, target: Target, request: TranslationRequest) -> AsyncGenerator[Event, None]:
        """As `transcribe`, in English."""
        ...


@runtime_checkable
class ChatAdapter(Protocol):
    def chat(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """Yield `AnswerMetadata`, then `ChatDelta`, `AudioStart`, `AudioChunk`, `ImageReady` as they come,
        then `Used`.

        Audio is in `target.format`, its voice is `target.voice`. An answer that is not streamed has the same
        events, one `ChatDelta` for each choice.
        """
        ...

    def chat_body(self, target: Target, request: ChatRequest) -> dict[str, Any]:
        """The JSON body that `chat` sends, in the vendor's own shape, with a `Media` in place of each file's
        base64; users see it as the request preview."""
        ...


@runtime_checkable
class ImageAdapter(Protocol):
    def draw(self, target: Target, request: ImageRequest) -> AsyncGenerator[Event, None]:
        """Yield `AnswerMetadata` where the answer has an id, `ImagePartial` as they come, one `ImageReady`
        for each picture, then `Used` with the size and quality that the provider says it made.

        Serves all modes that the catalogue lets through to the target; a provider without variations answers
        one as an edit with a fixed instruction. Bytes are passed on as they came.
        """
        ...


@runtime_checkable
class EmbeddingAdapter(Protocol):
    def embed(self, target: Target, request: EmbeddingRequest) -> AsyncGenerator[Event, None]:
        """Yield `AnswerMetadata` where the answer has an id, one `Embedding` for each input, in order, then
        `Used`."""
        ...


@runtime_checkable
class ModelListAdapter(Protocol):
    async def models(self, target: Target) -> tuple[str, ...]:
        """Ids of the models that answer at `target`. Raises from the error tree."""
        ...


@runtime_checkable
class ModelDetailsAdapter(Protocol):
    async def listing(self, target: Target, query: str = "") -> tuple[dict[str, Any], ...]:
        """Each listed model as the vendor describes it: `id` is a string, other keys are the vendor's own.

        `query` is appended to the address, with its question mark. Raises from the error tree.
        """
        ...


@dataclass(frozen=True, slots=True)
class ListedVoice:
    """A voice as the vendor lists it; what it does not tell is empty."""

    id: str
    name: str
    language: str = ""
    gender: str = ""
    description: str = ""
    sample_url: str = ""


@runtime_checkable
class VoiceListAdapter(Protocol):
    async def voices(self, target: Target) -> tuple[ListedVoice, ...]:
        """The voices that the account at `target` can use. Raises from the error tree."""
        ...


@runtime_checkable
class VoiceSampleAdapter(Protocol):
    async def voice_sample(self, target: Target, address: str) -> bytes:
        """The recording at a `sample_url` of the vendor's own server, which needs our key.

        Raises from the error tree.
        """
        ...


@dataclass(frozen=True, slots=True)
class AccountState:
    """The vendor's plan, and how many characters of this period's `limit` are used; None: untold."""

    plan: str
    used: int | None = None
    limit: int | None = None
    resets_at: datetime | None = None


@runtime_checkable
class AccountAdapter(Protocol):
    async def account(self, target: Target) -> AccountState:
        """The state of the account to which our key belongs. Raises from the error tree."""
        ...
