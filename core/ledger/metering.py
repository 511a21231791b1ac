"""How much was delivered, counted from the events as they pass."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from decimal import Decimal
from typing import Any

from core.contract.audio import AudioFormat, PcmShape
from core.contract.errors import PolyphonyError
from core.contract.events import (
    NOTHING_BESIDE,
    AnswerMetadata,
    AudioChunk,
    AudioConverted,
    AudioStart,
    ChatDelta,
    Direction,
    Embedding,
    Event,
    ImagePartial,
    ImageReady,
    ImageStart,
    Segment,
    SpeechWords,
    Transcript,
    TranscriptDelta,
    TranscriptWords,
    Unreadable,
    UsageSoFar,
    Used,
)
from core.contract.route import Remainder
from core.contract.usage import Usage

BYTES_PER_SECOND = {
    AudioFormat.MP3: 4_000,
    AudioFormat.OPUS: 3_000,
    AudioFormat.AAC: 4_000,
    AudioFormat.FLAC: 16_000,
}
"""The low end of each format's bitrates."""


class Meter:
    """Counts one attempt: bytes of audio and their shape, bytes of text, images; the final `Used`.

    `finish` is why the last choice of a chat answer ended, which alone delivers nothing, `native_finish` the
    provider's own word for it, `upstream_id` its id of the answer; `unreadable` of its events were left out.
    `partials` are unfinished pictures, `unfinished` the images that were begun and have not come.
    `conversions` are of audio. `counted_bytes` of the text are in the counts that the provider told so far,
    None where it told none.
    """

    __slots__ = (
        "audio_bytes",
        "conversions",
        "counted_bytes",
        "delivered",
        "finish",
        "images",
        "native_finish",
        "partials",
        "shape",
        "text_bytes",
        "unfinished",
        "unreadable",
        "upstream_id",
        "used",
    )

    def __init__(self) -> None:
        self.audio_bytes = 0
        self.text_bytes = 0
        self.counted_bytes: int | None = None
        self.images = 0
        self.partials = 0
        self.unfinished: frozenset[int] = frozenset()
        self.conversions: tuple[AudioConverted, ...] = ()
        self.unreadable = 0
        self.finish: str | None = None
        self.native_finish = ""
        self.upstream_id = ""
        self.delivered = False
        self.shape: AudioStart | None = None
        self.used: Usage | None = None

    def note(self, event: Event) -> None:
        """Count one event; runs once per delta, so it does nothing else."""
        if type(event) is ChatDelta:
            text = event.text
            self.text_bytes += len(text) if text.isascii() else utf8_bytes(text)
            if event[1:] != NOTHING_BESIDE:
                self.count_other_fields(event)
            elif text:
                self.delivered = True
        elif isinstance(event, AudioChunk):
            self.audio_bytes += len(event.data)
            self.delivered = self.delivered or self.audio_bytes > 0
        elif isinstance(event, AudioStart):
            self.shape = event
            if event.converted_from is not None:
                self.conversions += (AudioConverted(Direction.OUTPUT, event.converted_from, event.format),)
        elif isinstance(event, AudioConverted):
            self.conversions += (event,)
        elif isinstance(event, Used):
            self.used = event.usage
        elif isinstance(event, AnswerMetadata):
            self.upstream_id = event.id
        elif isinstance(event, UsageSoFar):
            self.counted_bytes = self.text_bytes
        elif isinstance(event, Unreadable):
            self.unreadable += event.count
        elif isinstance(event, TranscriptDelta):
            self.text_bytes += len(event.text.encode(errors="replace"))
            self.delivered = self.delivered or self.text_bytes > 0
        elif isinstance(event, ImageReady):
            self.images += 1
            self.unfinished -= {event.index}
            self.delivered = True
        elif isinstance(event, ImagePartial):
            self.partials += 1
            self.unfinished |= {event.index}
            self.delivered = True
        elif isinstance(event, ImageStart):
            self.unfinished |= {event.index}
            self.delivered = True
        elif isinstance(event, SpeechWords | Segment | TranscriptWords | Embedding):
            self.delivered = True
        elif isinstance(event, Transcript):
            # the whole repeats what came in deltas
            self.text_bytes = max(self.text_bytes, len(event.text.encode(errors="replace")))
            self.delivered = True

    def count_other_fields(self, delta: ChatDelta) -> None:
        """Count what a delta has beside its text."""
        if delta.reasoning or delta.transcript:
            self.text_bytes += utf8_bytes(delta.reasoning) + utf8_bytes(delta.transcript)
        for call in delta.calls:
            self.text_bytes += utf8_bytes(call.name) + utf8_bytes(call.arguments)
        if self.text_bytes or (delta.extra is not None and is_refusal(delta.extra)):
            self.delivered = True
        if delta.finish is not None:
            self.finish = delta.finish
        if delta.extra is not None and isinstance(native := delta.extra.get("native_finish_reason"), str):
            self.native_finish = native

    def exact_seconds(self) -> Decimal | None:
        """Playing time of raw samples, with or without a WAV header; None for encoded audio."""
        shape = self.shape
        if shape is None or shape.format not in (AudioFormat.PCM, AudioFormat.WAV):
            return None
        size = max(0, self.audio_bytes - 44) if shape.format == AudioFormat.WAV else self.audio_bytes
        return Decimal(size) / PcmShape(shape.sample_rate, shape.channels).bytes_per_second

    def encoded_seconds(self, default: AudioFormat) -> Decimal:
        """Playing time at the low end of the format's bitrates; `default` while no shape is known."""
        form = self.shape.format if self.shape else default
        return Decimal(self.audio_bytes) / BYTES_PER_SECOND.get(form, 4_000)


def is_refusal(fields: Mapping[str, Any]) -> bool:
    """Whether a model refuses to answer, in words of its own."""
    delta = fields.get("delta")
    return isinstance(delta, Mapping) and bool(delta.get("refusal"))


def utf8_bytes(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


async def count_remainder(remainder: Remainder, meter: Meter, seconds: float) -> None:
    """Count the rest of an answer, as far as it comes within `seconds`; then it is closed."""
    if not seconds:
        await remainder.close()
        return
    try:
        async with asyncio.timeout(seconds), aclosing(remainder.events()) as events:
            async for event in events:
                meter.note(event)
    except (TimeoutError, PolyphonyError):
        pass
