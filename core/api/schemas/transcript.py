"""The response of transcriptions and translations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.api.schemas.base import Schema


class InputTokenDetails(Schema):
    text_tokens: int
    audio_tokens: int


class TranscriptUsage(Schema):
    type: Literal["tokens", "duration"]
    seconds: float | None = Field(default=None, description="How long the sound is.")
    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_token_details: InputTokenDetails
    cost: float | None = Field(description="USD; null when no price is known.")


class Transcript(Schema):
    """`verbose_json` and `diarized_json` add task, language, duration, segments and words; a translation that
    took two models adds `transcribed_by` and `translated_by`."""

    text: str
    usage: TranscriptUsage
