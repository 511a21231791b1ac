"""`POST audio/translations`: the fields beside the file, from JSON or a form.

https://platform.openai.com/docs/api-reference/audio/createTranslation
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from core.bodies.routing.body import RoutedBody
from core.bodies.transcription.fields import Format, Prompt, Temperature
from core.bodies.transcription.options import TranscriptOptions
from core.contract.errors import Unsupported
from core.contract.transcription import AudioFile, TranscriptFormat
from core.contract.translation import TranslationRequest

TRANSCRIPTION_ONLY = (
    "diarize",
    "include",
    "keyterms",
    "keywords",
    "known_speaker_names",
    "num_speakers",
    "stream",
    "tag_audio_events",
)
"""Fields of a transcription that a translation could only ignore."""


class TranslationBody(RoutedBody):
    """What to write down in English, and how."""

    model: str = Field(min_length=1, description="The model, such as `local/whisper-base`.")
    prompt: Prompt | None = Field(default=None, description="Names and words that occur, in English.")
    response_format: Format = TranscriptFormat.JSON
    temperature: Temperature | None = None
    translator: str | None = Field(
        default=None,
        min_length=1,
        max_length=160,
        description="A chat model for what `model` only writes down; the cheapest ready one by default.",
    )
    enable_logging: bool | None = Field(default=None, description="Whether the provider may keep the file.")

    @model_validator(mode="before")
    @classmethod
    def refuse_transcription_fields(cls, fields: Any) -> Any:
        """Raises `Unsupported` for a field that asks for something no translation has."""
        found = fields if isinstance(fields, dict) else {}
        timed = found.get("timestamp_granularities")
        words = ["timestamp_granularities"] if isinstance(timed, list) and "word" in timed else []
        for name in [name for name in TRANSCRIPTION_ONLY if found.get(name)] + words:
            raise Unsupported(f"A translation takes no {name}.", param=name, code="unsupported_parameter")
        return fields

    def request(self, file: AudioFile) -> TranslationRequest:
        """Raises `Unsupported` for a format that has speakers."""
        if self.response_format is TranscriptFormat.DIARIZED_JSON:
            raise Unsupported(
                "A translation does not say who spoke: ask for json, text, srt, verbose_json or vtt.",
                param="response_format",
            )
        return TranslationRequest(
            model=self.model,
            file=file,
            prompt=self.prompt or None,
            temperature=self.temperature,
            format=self.response_format,
            translator=self.translator,
            logging=self.enable_logging,
            options=self.options,
            preferences=self.preferences,
            routing=self.rules,
        )


def transcript_options(request: TranslationRequest) -> TranscriptOptions:
    """A translation is English; its words have no times and its segments no speakers."""
    return TranscriptOptions(task="translate", language="en", segments=request.segments)
