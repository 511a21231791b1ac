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

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from core.contract.audio import AudioFormat, PcmShape
from core.contract.chat import ChatRequest
from core.contract.events import (
    NOTHING_BESIDE,
    AudioChunk,
    AudioStart,
    ChatDelta,
    Event,
    ImageReady,
    Segment,
    SpeechWords,
    Transcript,
    TranscriptDelta,
    TranscriptWords,
    Used,
)
from core.contract.requests import Request
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.ledger.estimates import chat, transcription
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
    """Counts one attempt: bytes of sound and their shape, of text, pictures; the final `Used`.

    `finish` is why the last choice of a conversation ended, which alone delivers nothing.
    """

    __slots__ = ("delivered", "finish", "pictures", "shape", "size", "text", "used")

    def __init__(self) -> None:
        self.size = 0
        self.text = 0
        self.pictures = 0
        self.finish: str | None = None
        self.delivered = False
        self.shape: AudioStart | None = None
        self.used: Usage | None = None

    def note(self, event: Event) -> None:
        """Count one event; runs once per delta, so it does nothing else."""
        if type(event) is ChatDelta:
            text = event.text
            self.text += len(text) if text.isascii() else size_of(text)
            if event[1:] != NOTHING_BESIDE:
                self.read(event)
            elif text:
                self.delivered = True
        elif isinstance(event, AudioChunk):
            self.size += len(event.data)
            self.delivered = self.delivered or self.size > 0
        elif isinstance(event, AudioStart):
            self.shape = event
        elif isinstance(event, Used):
            self.used = event.usage
        elif isinstance(event, TranscriptDelta):
            self.text += len(event.text.encode(errors="replace"))
            self.delivered = self.delivered or self.text > 0
        elif isinstance(event, ImageReady):
            self.pictures += 1
            self.delivered = True
        elif isinstance(event, SpeechWords | Segment | TranscriptWords):
            self.delivered = True
        elif isinstance(event, Transcript):
            # a streamed text is told again as a whole: it is one text
            self.text = max(self.text, len(event.text.encode(errors="replace")))
            self.delivered = True

    def read(self, delta: ChatDelta) -> None:
        """Count what a delta says beside its text."""
        if delta.reasoning or delta.transcript:
            self.text += size_of(delta.reasoning) + size_of(delta.transcript)
        for call in delta.calls:
            self.text += size_of(call.name) + size_of(call.arguments)
        if self.text or (delta.extra is not None and refused(delta.extra)):
            self.delivered = True
        if delta.finish is not None:
            self.finish = delta.finish

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
        return transcription.most(request, target, line)
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

    Whatever its bill needs and neither knows is guessed, and the usage is marked as estimated.
    """
    told = usage or Usage(estimated=True)
    amounts = {(amount.kind, amount.unit): amount.quantity for amount in told.amounts}
    for line, quantity in counted(meter, request).items():
        amounts.setdefault(line, quantity)
    estimated = told.estimated
    if told.reported_cost is None:
        for line in billed(request, target):
            known = line in amounts or (isinstance(request, ChatRequest) and chat.covered(line, told.amounts))
            guessed = None if known else guess(meter, request, target, line)
            if guessed is not None:
                amounts[line] = guessed
                estimated = True
    return Usage(
        tuple(Amount(kind, unit, quantity) for (kind, unit), quantity in amounts.items()),
        told.reported_cost,
        estimated,
    )


def billed(request: Request, target: Target) -> Iterable[Line]:
    """What a bill lists: the lines of the price sheet; the words of a conversation where there is none."""
    if isinstance(request, ChatRequest) and not target.prices:
        return chat.WORDS
    return ((price.kind, price.unit) for price in target.prices)


def counted(meter: Meter, request: Request) -> dict[Line, Decimal]:
    if isinstance(request, ChatRequest):
        return chat.counted(request, made(meter, request))
    if not isinstance(request, SpeechRequest):
        return transcription.counted(request)
    found = {CHARACTERS: Decimal(len(request.text)), AUDIO_BYTES: Decimal(meter.size)}
    seconds = meter.exact_seconds()
    return found if seconds is None else {**found, SECONDS: seconds}


def guess(meter: Meter, request: Request, target: Target, line: Line) -> Decimal | None:
    if isinstance(request, ChatRequest):
        return chat.guess(made(meter, request), request, target, line)
    if not isinstance(request, SpeechRequest):
        return transcription.guess(meter.text, request, target, line)
    if line == TEXT_TOKENS:
        return Decimal(-(-text_bytes(request) // 3))
    if line == SECONDS:
        return heard(meter, request)
    if line == AUDIO_TOKENS:
        return (heard(meter, request) * tokens_per_second(target)).to_integral_value()
    return None


def insured(usage: Usage | None, meter: Meter, request: Request) -> bool:
    """Whether an answer is free although its provider told a usage: empty, and ended by an error or by
    nothing. A cost the provider says it charged is owed.
    """
    nothing = isinstance(request, ChatRequest) and not meter.delivered and meter.finish in (None, "error")
    return nothing and not (usage and usage.reported_cost)


def made(meter: Meter, request: ChatRequest) -> chat.Made:
    seconds = meter.exact_seconds()
    return chat.Made(meter.text, played(meter, request) if seconds is None else seconds, meter.pictures)


def heard(meter: Meter, request: SpeechRequest) -> Decimal:
    exact = meter.exact_seconds()
    return min(played(meter, request), longest(request)) if exact is None else exact


def played(meter: Meter, request: SpeechRequest | ChatRequest) -> Decimal:
    """Seconds of encoded sound at the low end of its format's bitrates."""
    form = meter.shape.format if meter.shape else request.format
    return Decimal(meter.size) / BYTES_PER_SECOND.get(form, 4_000)


def longest(request: SpeechRequest) -> Decimal:
    text = request.text
    quarters = len(text) if text.isascii() else sum(1 if ord(each) < 0x2E80 else 3 for each in text)
    return 2 + Decimal(quarters) / 4 / Decimal(str(min(request.speed, 1.0) or 1.0))


def refused(told: Mapping[str, Any]) -> bool:
    """Whether a model said in words that it will not answer."""
    delta = told.get("delta")
    return isinstance(delta, Mapping) and bool(delta.get("refusal"))


def size_of(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def text_bytes(request: SpeechRequest) -> int:
    return len(request.text.encode(errors="replace")) + len(
        (request.instructions or "").encode(errors="replace")
    )


def tokens_per_second(target: Target) -> Decimal:
    return Decimal(str(target.options.get("audio_tokens_per_second", TOKENS_PER_SECOND)))
