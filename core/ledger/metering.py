"""How much was used: counted from the events as they pass, completed where a provider told too little.

The bounds and guesses for speech, all per attempt:

- characters are Unicode characters of the text, exact;
- tokens of text: at most one per byte of UTF-8; guessed afterwards as one per three bytes;
- seconds of sound: at most 2 s plus 0.25 s per character of an alphabet (0.75 s per ideograph or emoji),
  longer where slower speech is asked for: several times what voices take, because numbers and units are
  read out in full;
  afterwards exact for pcm, else bytes at the low end of the format's bitrates, never above that bound;
- tokens of sound: seconds times the endpoint's `audio_tokens_per_second`, 32 where it does not say.
"""

from __future__ import annotations

from decimal import Decimal

from core.contract.events import (
    AudioChunk,
    AudioStart,
    ChatDelta,
    Event,
    HeardWords,
    ImageReady,
    Segment,
    Transcript,
    TranscriptDelta,
    Used,
    Words,
)
from core.contract.media import AudioFormat, PcmShape
from core.contract.requests import ChatRequest, Request, SpeechRequest
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.ledger import chat, listening
from core.ledger.pricing import Line

BYTES_PER_SECOND = {
    AudioFormat.MP3: 4_000,
    AudioFormat.OPUS: 3_000,
    AudioFormat.AAC: 4_000,
    AudioFormat.FLAC: 16_000,
}
TOKENS_PER_SECOND = 32
CHARACTERS = (Kind.TEXT_IN, Unit.CHARACTER)
TEXT_TOKENS = (Kind.TEXT_IN, Unit.TOKEN)
SECONDS = (Kind.AUDIO_OUT, Unit.SECOND)
AUDIO_TOKENS = (Kind.AUDIO_OUT, Unit.TOKEN)
AUDIO_BYTES = (Kind.AUDIO_OUT, Unit.BYTE)
ONE_REQUEST = (Kind.REQUEST, Unit.REQUEST)


class Meter:
    """Counts one attempt: bytes of sound and their shape, or of text; the final `Used`."""

    __slots__ = ("delivered", "shape", "size", "text", "used")

    def __init__(self) -> None:
        self.size = 0
        self.text = 0
        self.delivered = False
        self.shape: AudioStart | None = None
        self.used: Usage | None = None

    def note(self, event: Event) -> None:
        """Count one event; runs once per delta, so it does nothing else."""
        if isinstance(event, AudioChunk):
            self.size += len(event.data)
            self.delivered = self.delivered or self.size > 0
        elif isinstance(event, AudioStart):
            self.shape = event
        elif isinstance(event, Used):
            self.used = event.usage
        elif isinstance(event, ChatDelta):
            self.text += len(event.text) + len(event.reasoning) + len(event.transcript)
            self.delivered = True
        elif isinstance(event, TranscriptDelta):
            self.text += len(event.text.encode(errors="replace"))
            self.delivered = self.delivered or self.text > 0
        elif isinstance(event, Words | Segment | HeardWords | ImageReady):
            self.delivered = True
        elif isinstance(event, Transcript):
            # a streamed text is told again as a whole: it is one text
            self.text = max(self.text, len(event.text.encode(errors="replace")))
            self.delivered = True

    def exact_seconds(self) -> Decimal | None:
        """Playing time where bytes tell it: raw samples, with or without a WAV header."""
        shape = self.shape
        if shape is None or shape.format not in (AudioFormat.PCM, AudioFormat.WAV):
            return None
        size = max(0, self.size - 44) if shape.format == AudioFormat.WAV else self.size
        return Decimal(size) / PcmShape(shape.sample_rate, shape.channels).bytes_per_second


def most(request: Request, target: Target, line: Line) -> Decimal:
    """The most of one line that a request can use at a target."""
    if isinstance(request, ChatRequest):
        return chat.most(request, target, line)
    if not isinstance(request, SpeechRequest):
        return listening.most(request, target, line)
    if line == CHARACTERS:
        return Decimal(len(request.text))
    if line == TEXT_TOKENS:
        return Decimal(text_bytes(request) + 16)
    if line == SECONDS:
        return longest(request)
    if line == AUDIO_TOKENS:
        return longest(request) * tokens_per_second(target)
    return Decimal(1) if line == ONE_REQUEST else Decimal(0)


def complete(usage: Usage | None, meter: Meter, request: Request, target: Target) -> Usage:
    """The bill of an attempt that delivered something: what it told, then what we counted ourselves.

    Whatever its price sheet needs and neither knows is guessed, and the usage is marked as estimated.
    """
    told = usage or Usage(estimated=True)
    amounts = {(amount.kind, amount.unit): amount.quantity for amount in told.amounts}
    for line, quantity in counted(meter, request).items():
        amounts.setdefault(line, quantity)
    estimated = told.estimated
    if told.reported_cost is None:
        for price in target.prices:
            line = (price.kind, price.unit)
            guessed = None if line in amounts else guess(meter, request, target, line)
            if guessed is not None:
                amounts[line] = guessed
                estimated = True
    return Usage(
        tuple(Amount(kind, unit, quantity) for (kind, unit), quantity in amounts.items()),
        told.reported_cost,
        estimated,
    )


def counted(meter: Meter, request: Request) -> dict[Line, Decimal]:
    if isinstance(request, ChatRequest):
        return chat.counted(request)
    if not isinstance(request, SpeechRequest):
        return listening.counted(request)
    found = {CHARACTERS: Decimal(len(request.text)), AUDIO_BYTES: Decimal(meter.size)}
    seconds = meter.exact_seconds()
    return found if seconds is None else {**found, SECONDS: seconds}


def guess(meter: Meter, request: Request, target: Target, line: Line) -> Decimal | None:
    if isinstance(request, ChatRequest):
        return chat.guess(meter.text, request, target, line)
    if not isinstance(request, SpeechRequest):
        return listening.guess(meter.text, request, target, line)
    if line == TEXT_TOKENS:
        return Decimal(-(-text_bytes(request) // 3))
    if line == SECONDS:
        return heard(meter, request)
    if line == AUDIO_TOKENS:
        return (heard(meter, request) * tokens_per_second(target)).to_integral_value()
    return None


def heard(meter: Meter, request: SpeechRequest) -> Decimal:
    exact = meter.exact_seconds()
    if exact is not None:
        return exact
    rate = BYTES_PER_SECOND.get(meter.shape.format if meter.shape else request.format, 4_000)
    return min(Decimal(meter.size) / rate, longest(request))


def longest(request: SpeechRequest) -> Decimal:
    text = request.text
    quarters = len(text) if text.isascii() else sum(1 if ord(each) < 0x2E80 else 3 for each in text)
    return 2 + Decimal(quarters) / 4 / Decimal(str(min(request.speed, 1.0) or 1.0))


def text_bytes(request: SpeechRequest) -> int:
    return len(request.text.encode(errors="replace")) + len(
        (request.instructions or "").encode(errors="replace")
    )


def tokens_per_second(target: Target) -> Decimal:
    return Decimal(str(target.options.get("audio_tokens_per_second", TOKENS_PER_SECOND)))
