"""How much a speech request uses. Bounds and guesses, all per attempt:

- characters are Unicode characters of the text, exact;
- tokens of text: at most one per byte of UTF-8; guessed afterwards as one per three bytes;
- seconds of audio: at most what `speech_length` says; afterwards exact for pcm, else bytes at the low end of
  the format's bitrates, never above that bound;
- tokens of audio: seconds times the endpoint's `audio_tokens_per_second`, 32 where it does not say.
"""

from __future__ import annotations

from decimal import Decimal

from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Kind, Unit
from core.ledger.estimates.base import ONE_REQUEST, Estimates, audio_tokens_per_second, each_line, size_of
from core.ledger.metering import Meter, utf8_bytes
from core.ledger.price_sheet import Line
from core.providers.shared.answers.speech_length import longest, options_at

CHARACTERS = (Kind.TEXT_IN, Unit.CHARACTER)
TEXT_TOKENS = (Kind.TEXT_IN, Unit.TOKEN)
SECONDS = (Kind.AUDIO_OUT, Unit.SECOND)
AUDIO_TOKENS = (Kind.AUDIO_OUT, Unit.TOKEN)
AUDIO_BYTES = (Kind.AUDIO_OUT, Unit.BYTE)


def upper_bound(request: SpeechRequest, target: Target, line: Line) -> Decimal:
    if line == CHARACTERS:
        return Decimal(len(request.text))
    if line == TEXT_TOKENS:
        return Decimal(text_bytes(request) + size_of(options_at(request, target)) + 16)
    if line == SECONDS:
        return longest(request, target)
    if line == AUDIO_TOKENS:
        return longest(request, target) * audio_tokens_per_second(target)
    return Decimal(1) if line == ONE_REQUEST else Decimal(0)


def counted(request: SpeechRequest, meter: Meter, _target: Target) -> dict[Line, Decimal]:
    found = {CHARACTERS: Decimal(len(request.text)), AUDIO_BYTES: Decimal(meter.audio_bytes)}
    seconds = meter.exact_seconds()
    return found if seconds is None else {**found, SECONDS: seconds}


def guess(request: SpeechRequest, meter: Meter, target: Target, line: Line) -> Decimal | None:
    if line == TEXT_TOKENS:
        return Decimal(-(-text_bytes(request) // 3))
    if line == SECONDS:
        return likely_seconds(request, meter, target)
    if line == AUDIO_TOKENS:
        return (likely_seconds(request, meter, target) * audio_tokens_per_second(target)).to_integral_value()
    return None


def likely_seconds(request: SpeechRequest, meter: Meter, target: Target) -> Decimal:
    exact = meter.exact_seconds()
    return min(meter.encoded_seconds(request.format), longest(request, target)) if exact is None else exact


def text_bytes(request: SpeechRequest) -> int:
    """Bytes of UTF-8 of the text and the instructions."""
    return utf8_bytes(request.text) + utf8_bytes(request.instructions or "")


ESTIMATES = Estimates(
    upper_bound=each_line(upper_bound),
    counted=counted,
    guess=guess,
)
