"""What an adapter can be: one Protocol per modality; having the method is the capability."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Protocol, runtime_checkable

from core.contract.chat import ChatRequest
from core.contract.events import Event
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranslationRequest


@runtime_checkable
class SpeechAdapter(Protocol):
    def speak(self, target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
        """Yield `AudioStart`, then `AudioChunk` and `Words`, then `Used`; raise from the error tree.

        Bytes are in `target.format`, spoken by `target.voice`. The adapter never retries and closes its
        upstream when the generator is closed.
        """
        ...


@runtime_checkable
class TranscriptionAdapter(Protocol):
    def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """Yield `TranscriptDelta`, `Segment`, `TranscriptWords` as they come, `Transcript` once, then `Used`.

        Times are seconds of the file. What the upstream cannot tell is left out, never invented.
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
        """Yield `Answered`, then `ChatDelta`, `AudioStart`, `AudioChunk`, `ImageReady` as they come, then
        `Used`.

        Sound is in `target.format`, spoken by `target.voice`. An answer that is not streamed has the same
        events, one `ChatDelta` for each choice.
        """
        ...

    def chat_body(self, target: Target, request: ChatRequest) -> dict[str, Any]:
        """What `chat` sends, a `Media` standing where its file would be; for people who want to see it."""
        ...
