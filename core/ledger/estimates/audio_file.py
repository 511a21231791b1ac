"""How much a transcript of an audio file uses: bounds and guesses that transcription and translation share.

- seconds of audio and their bounds, and those of the text: `transcript_length`;
- tokens of audio: seconds times the endpoint's `audio_tokens_per_second`, 32 where it does not say;
- tokens of text in: at most one per byte of the prompt and of the key terms, and those of instructions;
- tokens of text out: guessed afterwards as one per three bytes.
"""

from __future__ import annotations

from decimal import Decimal

from core.contract.route import Target
from core.contract.transcription import AudioFile
from core.contract.usage import Kind, Unit
from core.ledger.estimates.base import ONE_REQUEST, audio_tokens_per_second, whole
from core.ledger.metering import Meter
from core.ledger.price_sheet import Line
from core.providers.shared.answers.transcript_length import (
    charged,
    instruction_tokens,
    length,
    longest,
    most_text,
)

BYTES_PER_TOKEN = 3

SECONDS = (Kind.AUDIO_IN, Unit.SECOND)
AUDIO_TOKENS = (Kind.AUDIO_IN, Unit.TOKEN)
PROMPT_TOKENS = (Kind.TEXT_IN, Unit.TOKEN)
TRANSCRIPT_TOKENS = (Kind.TEXT_OUT, Unit.TOKEN)


def upper_bound(file: AudioFile, prompt_bytes: int, target: Target, line: Line) -> Decimal:
    """The most of one line that a request with this file and a prompt of so many bytes can use."""
    if line == SECONDS:
        return longest(file)
    if line == AUDIO_TOKENS:
        return whole(longest(file) * audio_tokens_per_second(target))
    if line == PROMPT_TOKENS:
        return Decimal(prompt_bytes + instruction_tokens(target))
    if line == TRANSCRIPT_TOKENS:
        return most_text(file)
    return Decimal(1) if line == ONE_REQUEST else Decimal(0)


def counted(file: AudioFile, target: Target) -> dict[Line, Decimal]:
    """How long the audio is, where it was measured, or what the endpoint bills for so short a one."""
    if file.seconds is None:
        return {}
    return {SECONDS: charged(round(Decimal(str(file.seconds)), 3), target)}


def guess(file: AudioFile, prompt_bytes: int, meter: Meter, target: Target, line: Line) -> Decimal | None:
    """What a line probably came to; None for other lines than those of an audio file."""
    if line == SECONDS:
        return charged(length(file), target)
    if line == AUDIO_TOKENS:
        return whole(length(file) * audio_tokens_per_second(target))
    if line == PROMPT_TOKENS:
        return Decimal(-(-prompt_bytes // BYTES_PER_TOKEN))
    if line == TRANSCRIPT_TOKENS:
        return Decimal(-(-meter.text_bytes // BYTES_PER_TOKEN))
    return None
