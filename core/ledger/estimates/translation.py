"""How much a translation request uses, at one model or at two; the formulas are those of `audio_file`.

Where a second model translates the transcript of a first one, the second is bounded by itself: its prompt
is at most the whole transcript, the caller's prompt and 512 tokens of instructions, its answer at most as
long as the transcript.
"""

from __future__ import annotations

from decimal import Decimal

from core.contract.route import Target
from core.contract.translation import TranslationRequest
from core.ledger.estimates import audio_file
from core.ledger.estimates.audio_file import PROMPT_TOKENS, TRANSCRIPT_TOKENS
from core.ledger.estimates.base import ONE_REQUEST, Estimates, each_line, size_of
from core.ledger.metering import Meter, utf8_bytes
from core.ledger.price_sheet import Line
from core.providers.shared.answers.transcript_length import most_text

INSTRUCTIONS = 512
"""Tokens of the instructions for a second model."""


def upper_bound(request: TranslationRequest, target: Target, line: Line) -> Decimal:
    options = size_of((target.options.get("body", {}), request.options.get(target.provider, {})))
    return audio_file.upper_bound(request.file, prompt_bytes(request) + options, target, line)


def upper_bound_of_second_model(request: TranslationRequest, line: Line) -> Decimal:
    text = most_text(request.file)
    if line == PROMPT_TOKENS:
        return text + prompt_bytes(request) + INSTRUCTIONS
    if line == TRANSCRIPT_TOKENS:
        return text
    return Decimal(1) if line == ONE_REQUEST else Decimal(0)


def counted(request: TranslationRequest, _meter: Meter, target: Target) -> dict[Line, Decimal]:
    return audio_file.counted(request.file, target)


def guess(request: TranslationRequest, meter: Meter, target: Target, line: Line) -> Decimal | None:
    return audio_file.guess(request.file, prompt_bytes(request), meter, target, line)


def prompt_bytes(request: TranslationRequest) -> int:
    return utf8_bytes(request.prompt or "")


ESTIMATES = Estimates(
    upper_bound=each_line(upper_bound),
    counted=counted,
    guess=guess,
    upper_bound_of_second_model=upper_bound_of_second_model,
)
