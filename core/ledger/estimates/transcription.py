"""How much a request to write sound down uses: the same bounds and guesses for transcripts and translations.

- seconds of sound are measured before anything is sent; where they could not be, at least 500 bytes make
  a second. The bound rounds up and is never under ten seconds: some providers bill that much at least;
- tokens of sound: seconds times the endpoint's `audio_tokens_per_second`, 32 where it does not say;
- tokens of text in: at most one per byte of the prompt and of the terms to listen for;
- tokens of text out: at most 48 a second (fast speech with its speakers named); guessed afterwards as one
  per three bytes.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from core.contract.route import Target
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranscriptRequest
from core.contract.usage import Kind, Unit
from core.ledger.pricing import Line

BYTES_PER_SECOND = 500
LEAST_SECONDS = 10
TOKENS_PER_SECOND = 32
WRITTEN_PER_SECOND = 48
BYTES_PER_TOKEN = 3
INSTRUCTIONS = 512
"""Tokens that tell a second model what to do."""

SECONDS = (Kind.AUDIO_IN, Unit.SECOND)
AUDIO_TOKENS = (Kind.AUDIO_IN, Unit.TOKEN)
TEXT_TOKENS = (Kind.TEXT_IN, Unit.TOKEN)
WRITTEN_TOKENS = (Kind.TEXT_OUT, Unit.TOKEN)
ONE_REQUEST = (Kind.REQUEST, Unit.REQUEST)


def most(request: TranscriptRequest, target: Target, line: Line) -> Decimal:
    """The most of one line that a request can use at a target."""
    seconds = max(whole(length(request)), Decimal(LEAST_SECONDS))
    if line == SECONDS:
        return seconds
    if line == AUDIO_TOKENS:
        return whole(seconds * tokens_per_second(target))
    if line == TEXT_TOKENS:
        return Decimal(prompt_bytes(request) + 16)
    if line == WRITTEN_TOKENS:
        return seconds * WRITTEN_PER_SECOND + 256
    return Decimal(1) if line == ONE_REQUEST else Decimal(0)


def passed_on(request: TranscriptRequest, line: Line) -> Decimal:
    """The most of one line that a second model can use on what a first one wrote down."""
    written = max(whole(length(request)), Decimal(LEAST_SECONDS)) * WRITTEN_PER_SECOND + 256
    if line == TEXT_TOKENS:
        return written + prompt_bytes(request) + INSTRUCTIONS
    if line == WRITTEN_TOKENS:
        return written
    return Decimal(1) if line == ONE_REQUEST else Decimal(0)


def counted(request: TranscriptRequest) -> dict[Line, Decimal]:
    """What we know ourselves: how long the sound is, where it was measured."""
    seconds = request.file.seconds
    return {} if seconds is None else {SECONDS: round(Decimal(str(seconds)), 3)}


def guess(written: int, request: TranscriptRequest, target: Target, line: Line) -> Decimal | None:
    """What a line probably came to, `written` bytes of text having been delivered; None for others."""
    if line == SECONDS:
        return length(request)
    if line == AUDIO_TOKENS:
        return whole(length(request) * tokens_per_second(target))
    if line == TEXT_TOKENS:
        return Decimal(-(-prompt_bytes(request) // BYTES_PER_TOKEN))
    if line == WRITTEN_TOKENS:
        return Decimal(-(-written // BYTES_PER_TOKEN))
    return None


def length(request: TranscriptRequest) -> Decimal:
    seconds = request.file.seconds
    return Decimal(request.file.size) / BYTES_PER_SECOND if seconds is None else Decimal(str(seconds))


def whole(quantity: Decimal) -> Decimal:
    return quantity.to_integral_value(rounding=ROUND_CEILING)


def prompt_bytes(request: TranscriptRequest) -> int:
    terms = request.keyterms if isinstance(request, TranscriptionRequest) else ()
    return sum(len(text.encode(errors="replace")) for text in (request.prompt or "", *terms))


def tokens_per_second(target: Target) -> Decimal:
    return Decimal(str(target.options.get("audio_tokens_per_second", TOKENS_PER_SECOND)))
