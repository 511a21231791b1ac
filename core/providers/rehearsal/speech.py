"""A provider that only pretends: the same tones for the same text, and failures on demand."""

from __future__ import annotations

import asyncio
import math
import re
from array import array
from collections.abc import AsyncGenerator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape, wav_header
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import (
    Unsupported,
    UpstreamDenied,
    UpstreamError,
    UpstreamFailed,
    UpstreamLimited,
    UpstreamUnreachable,
)
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    Event,
    SpeechWord,
    SpeechWords,
    Used,
)
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.translation import TranscriptRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.base import Adapter
from core.providers.rehearsal import chat as rehearsed_chat
from core.providers.rehearsal import transcription

SHAPE = PcmShape(PCM_RATE, 1)
SECONDS_PER_CHARACTER = 0.06
GAP = 0.04
LOUDNESS = 8000
GROUP = re.compile(r"\S{1,12}")
FORMATS = (AudioFormat.PCM, AudioFormat.WAV)

PARTS = ("429", "500", "auth", "slow", "cut")

SLOW = 2.0
"""Seconds before the first sound of `rehearsal-slow`, unless the endpoint's `first_delay` says otherwise."""

CUT_AFTER = 3
"""Chunks before `rehearsal-cut` breaks off, unless the endpoint's `cut_after` says otherwise."""


class Rehearsal(Adapter):
    """The upstream model id chooses the part: `rehearsal`, or `rehearsal-` 429, 500, auth, slow, cut.

    An endpoint's options do the same for any id: `fail` (the part), `first_delay` and `delay` (seconds before
    the first and each chunk), `cut_after` (chunks).
    """

    async def models(self, target: Target) -> tuple[str, ...]:
        """The parts it can play. Raises what the target's `fail` option asks for."""
        refuse(str(target.options.get("fail") or ""))
        return ("rehearsal", *(f"rehearsal-{part}" for part in PARTS))

    async def speak(self, target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
        """Yield one tone and one word for each group of up to 12 characters, as pcm or wav."""
        form = target.format or request.format
        if form not in FORMATS:
            raise Unsupported("The rehearsal speaks pcm and wav only.", param="response_format")
        part = await begin(target)
        yield AudioStart(form, SHAPE.sample_rate, SHAPE.channels)
        if form is AudioFormat.WAV:
            yield AudioChunk(wav_header(SHAPE))
        cut = int(target.options.get("cut_after", CUT_AFTER)) if part == "cut" else None
        size = 0
        for number, group in enumerate(GROUP.findall(request.text)):
            if number == cut:
                raise UpstreamUnreachable("The rehearsal broke off, as it was told to.")
            await asyncio.sleep(float(target.options.get("delay", 0)))
            sound = tone(pitch(group), duration(group, request.speed))
            start, size = SHAPE.seconds(size), size + len(sound)
            yield SpeechWords((SpeechWord(group, round(start, 3), round(SHAPE.seconds(size) - GAP, 3)),))
            yield AudioChunk(sound)
        if cut is not None:
            raise UpstreamUnreachable("The rehearsal broke off, as it was told to.")
        yield Used(usage(len(request.text), SHAPE.seconds(size)))

    async def transcribe(self, target: Target, request: TranscriptRequest) -> AsyncGenerator[Event, None]:
        """Yield the same sentences for every sound, with words and segments over its length."""
        part = await begin(target)
        cut = int(target.options.get("cut_after", 1)) if part == "cut" else None
        for number, stretch in enumerate(transcription.stretches(request)):
            if number == cut:
                raise UpstreamUnreachable("The rehearsal broke off, as it was told to.")
            await asyncio.sleep(float(target.options.get("delay", 0)))
            for event in stretch.events:
                yield event
        yield transcription.transcript(request)
        yield Used(transcription.usage(request))

    translate = transcribe

    async def chat(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """Tell back the last message word by word; with sound asked for, a tone for each word."""
        form = target.format or request.format
        if Modality.AUDIO in request.modalities and form not in FORMATS:
            raise Unsupported("The rehearsal speaks pcm and wav only.", param="audio.format")
        part = await begin(target)
        cut = int(target.options.get("cut_after", CUT_AFTER)) if part == "cut" else None
        yield AnswerMetadata("chatcmpl-rehearsal", target.model, {"system_fingerprint": "fp_rehearsal"})
        if Modality.AUDIO in request.modalities:
            yield AudioStart(form, SHAPE.sample_rate, SHAPE.channels)
            if form is AudioFormat.WAV:
                yield AudioChunk(wav_header(SHAPE))
        for number, event in enumerate(rehearsed_chat.pieces(request)):
            if number == cut:
                raise UpstreamUnreachable("The rehearsal broke off, as it was told to.")
            await asyncio.sleep(float(target.options.get("delay", 0)))
            yield event
            if isinstance(event, ChatDelta) and event.transcript:
                yield AudioChunk(tone(pitch(event.transcript), duration(event.transcript, 1.0)))
        if cut is not None:
            raise UpstreamUnreachable("The rehearsal broke off, as it was told to.")
        yield rehearsed_chat.ending(request)
        yield Used(rehearsed_chat.usage(request))

    def chat_body(self, target: Target, request: ChatRequest) -> dict[str, Any]:
        return {"model": target.model, **request.parameters, "messages": list(request.messages)}


async def begin(target: Target) -> str:
    """The part to play, after its first delay. Raises what the part asks for before any content."""
    part = str(
        target.options.get("fail")
        or target.model.removeprefix("rehearsal").removeprefix("-chat").removeprefix("-")
    )
    await asyncio.sleep(float(target.options.get("first_delay", SLOW if part == "slow" else 0)))
    refuse(part)
    return part


def refuse(part: str) -> None:
    """Raise what the part asks for before any sound."""
    failures: dict[str, UpstreamError] = {
        "429": UpstreamLimited("The rehearsal is asked too often, as it was told to say.", retry_after=1.0),
        "500": UpstreamFailed("The rehearsal failed, as it was told to."),
        "auth": UpstreamDenied("The rehearsal refused its key, as it was told to."),
    }
    if part in failures:
        raise failures[part]


def pitch(group: str) -> int:
    """Hertz of a group's tone: a step of the twelve-tone scale above 220, by its characters."""
    return round(220 * 2 ** (sum(map(ord, group)) % 24 / 12))


def duration(group: str, speed: float) -> float:
    """Seconds of a group's tone, without the gap after it."""
    return len(group) * SECONDS_PER_CHARACTER / speed


@lru_cache(maxsize=256)
def tone(hertz: int, seconds: float) -> bytes:
    """A sine and the gap after it, signed 16-bit little-endian."""
    turn = 2 * math.pi * hertz / SHAPE.sample_rate
    wave = (int(LOUDNESS * math.sin(turn * index)) for index in range(round(seconds * SHAPE.sample_rate)))
    samples = array("h", wave)
    samples.extend([0] * round(GAP * SHAPE.sample_rate))
    return samples.tobytes()


def usage(characters: int, seconds: float) -> Usage:
    return Usage(
        (
            Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(characters)),
            Amount(Kind.AUDIO_OUT, Unit.SECOND, Decimal(str(round(seconds, 3)))),
        )
    )
