"""`POST audio/speech`: its body, and the collector of its audio.

https://platform.openai.com/docs/api-reference/audio/createSpeech
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from core.bodies.routing.body import RoutedBody
from core.bodies.shared_fields import voice_id
from core.bodies.validation import FieldError
from core.contract.audio import AudioFormat
from core.contract.events import AudioChunk, AudioStart, Event, SpeechWord, SpeechWords
from core.contract.speech import SpeechRequest


def require_text(text: str) -> str:
    if not text.strip():
        raise FieldError("input must not be empty.", param="input")
    return text


class SpeechBody(RoutedBody):
    """Text to be spoken."""

    model: str = Field(min_length=1, description="The model, such as `local/hibari`.")
    input: Annotated[str, AfterValidator(require_text)] = Field(
        description="The text. How long it may be depends on the model."
    )
    voice: Annotated[str | None, BeforeValidator(voice_id)] = Field(
        default=None,
        min_length=1,
        max_length=200,
        description='A voice of the model by id or name, as a string or `{"id": …}`; a model has a default.',
        json_schema_extra={
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 200},
                {
                    "type": "object",
                    "properties": {"id": {"type": "string", "minLength": 1, "maxLength": 200}},
                    "required": ["id"],
                    "additionalProperties": False,
                },
                {"type": "null"},
            ]
        },
    )
    instructions: str | None = Field(
        default=None, max_length=4096, description="How to speak; only some models follow it."
    )
    response_format: Annotated[AudioFormat, Field(strict=False)] | None = Field(
        default=None, description="Sound format; mp3 when it is not given. `pcm` is 16-bit at 24 kHz, mono."
    )
    speed: float | None = Field(
        default=None, ge=0.25, le=4.0, description="1 is normal; a model may allow less."
    )
    stream_format: Literal["audio", "sse"] | None = Field(
        default=None, description="`audio` (default) streams bytes, `sse` streams events with base64."
    )

    def request(self) -> SpeechRequest:
        return SpeechRequest(
            model=self.model,
            text=self.input,
            voice=self.voice,
            format=self.response_format or AudioFormat.MP3,
            speed=1.0 if self.speed is None else self.speed,
            instructions=self.instructions or None,
            events=self.stream_format == "sse",
            options=self.options,
            preferences=self.preferences,
            routing=self.rules,
        )


@dataclass(frozen=True, slots=True)
class FinishedSpeech:
    """Whole audio in the format of `shape`, and the times of its words where they are known."""

    audio: bytes
    shape: AudioStart
    words: tuple[SpeechWord, ...] = ()


@dataclass(slots=True)
class SpeechCollector:
    """The `Collector` of speech."""

    audio: bytearray = field(default_factory=bytearray)
    shape: AudioStart | None = None
    words: list[SpeechWord] = field(default_factory=list)

    def note(self, event: Event) -> None:
        match event:
            case AudioChunk(data):
                self.audio += data
            case SpeechWords(words):
                self.words.extend(words)
            case AudioStart():
                self.shape = event

    def finish(self, request: SpeechRequest) -> FinishedSpeech:
        """The audio so far; an `AudioStart` must have been noted. The request adds nothing to it."""
        assert self.shape is not None
        return FinishedSpeech(bytes(self.audio), self.shape, tuple(self.words))
