"""`POST chat/completions`: the fields that are read here; all others are relayed to the provider.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from core.bodies.chat.messages import normalize_messages
from core.bodies.files.data_urls import FileLoader
from core.bodies.parameters import document_all
from core.bodies.routing.body import NOT_RELAYED, RoutedBody
from core.bodies.shared_fields import check_chat_fields, voice_id
from core.bodies.validation import Body
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import InvalidRequest


class SpokenFormat(StrEnum):  # name and docstring are published in the OpenAPI document
    """What `audio.format` calls the formats: `pcm16` is our `pcm`."""

    WAV = "wav"
    AAC = "aac"
    MP3 = "mp3"
    FLAC = "flac"
    OPUS = "opus"
    PCM16 = "pcm16"

    @property
    def audio(self) -> AudioFormat:
        return AudioFormat.PCM if self is SpokenFormat.PCM16 else AudioFormat(self.value)


def audio_voice_id(voice: Any) -> Any:
    return voice_id(voice, param="audio.voice")


class AudioBody(Body):
    voice: Annotated[str | None, BeforeValidator(audio_voice_id)] = Field(
        default=None,
        min_length=1,
        max_length=200,
        description='A voice of the model, as a string or `{"id": …}`.',
    )
    format: Annotated[SpokenFormat, Field(strict=False)] = Field(
        description="`pcm16` is 24 kHz mono; most models stream nothing else."
    )


class ChatBody(RoutedBody):
    """A conversation to be continued."""

    model_config = ConfigDict(extra="allow", json_schema_extra=document_all)

    model: str = Field(min_length=1, description="The model, such as `openai/gpt-4o`.")
    messages: list[Any] = Field(
        description="The conversation so far: text, or parts `text`, `image_url`, `input_audio`, `file`, "
        "`video_url`; files as data URLs or base64."
    )
    stream: bool | None = Field(default=None, description="Send the answer as events while it is made.")
    stream_options: dict[str, Any] | None = None
    modalities: list[Literal["text", "audio", "image"]] | None = Field(
        default=None, max_length=8, description="What the answer is to be made of; `text` by default."
    )
    audio: AudioBody | None = Field(default=None, description="How an answer in `audio` sounds.")

    _check_fields = model_validator(mode="before")(check_chat_fields)

    @property
    def parameters(self) -> dict[str, Any]:
        """The fields that are relayed unchanged."""
        extra = self.model_extra or {}
        return {name: value for name, value in extra.items() if name not in NOT_RELAYED}

    def load_messages(self, load: FileLoader) -> tuple[dict[str, Any], ...]:
        """The messages; `load` is called for every file in them. Raises `InvalidRequest` naming the place."""
        return normalize_messages(self.messages, load)

    def request(self, messages: Sequence[dict[str, Any]] | None = None) -> ChatRequest:
        """The request, with `messages` from `load_messages` in place of its own.

        Raises `InvalidRequest` for the modality audio without `audio`.
        """
        self.check()
        audio = self.audio if self.speaks else None
        return ChatRequest(
            model=self.model,
            messages=tuple(self.messages if messages is None else messages),
            parameters=self.parameters,
            modalities=tuple(map(Modality, dict.fromkeys(self.modalities or ("text",)))),
            voice=audio.voice if audio else None,
            format=audio.format.audio if audio else AudioFormat.PCM,
            streamed=bool(self.stream),
            options=self.options,
            preferences=self.preferences,
            routing=self.rules,
        )

    @property
    def speaks(self) -> bool:
        return "audio" in (self.modalities or ())

    def check(self) -> None:
        if self.speaks and self.audio is None:
            raise InvalidRequest(
                "audio is required with the modality audio: an object with voice and format.",
                param="audio",
                code="missing_field",
            )
