"""Speech of the rehearsal: one tone and one word for each group of up to 12 characters, as pcm or wav."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from decimal import Decimal

from core.contract.audio import AudioFormat, wav_header
from core.contract.errors import Unsupported
from core.contract.events import AudioChunk, AudioStart, Event, SpeechWord, SpeechWords, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.rehearsal.scenario import Scenario
from core.providers.rehearsal.tone import FORMATS, GAP, SHAPE, duration, pitch, tone

GROUP = re.compile(r"\S{1,12}")


async def speak(target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
    form = target.format or request.format
    if form not in FORMATS:
        raise Unsupported("The rehearsal speaks pcm and wav only.", param="response_format")
    scenario = await Scenario(target).start()
    yield AudioStart(form, SHAPE.sample_rate, SHAPE.channels)
    if form is AudioFormat.WAV:
        yield AudioChunk(wav_header(SHAPE))
    size = 0
    for group in GROUP.findall(request.text):
        await scenario.next_chunk()
        audio = tone(pitch(group), duration(group, request.speed))
        start, size = SHAPE.seconds(size), size + len(audio)
        yield SpeechWords((SpeechWord(group, round(start, 3), round(SHAPE.seconds(size) - GAP, 3)),))
        yield AudioChunk(audio)
    scenario.end()
    yield Used(usage(len(request.text), SHAPE.seconds(size)))


def usage(characters: int, seconds: float) -> Usage:
    return Usage(
        (
            Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(characters)),
            Amount(Kind.AUDIO_OUT, Unit.SECOND, Decimal(str(round(seconds, 3)))),
        )
    )
