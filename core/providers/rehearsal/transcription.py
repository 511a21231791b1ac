"""Transcription of the rehearsal: the same sentences for every file, spread over its duration."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from decimal import Decimal

from core.contract.events import (
    Event,
    Progress,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.route import Target
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.rehearsal.scenario import Scenario

SENTENCES = (
    "A rehearsal hears nothing at all.",
    "It tells the same words for every sound.",
    "Its last words are as sure as its first.",
)
SECONDS = 9.0
"""Assumed duration of a file whose duration is unknown."""
CUT_AFTER = 1
"""Sentences before the scenario `cut` breaks off."""
CONFIDENCES = (0.98, 0.9, 0.35)
SPEAKERS = "AB"


async def transcribe(target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
    async with aclosing(transcript_events(target, request.file, speakers=request.diarize)) as events:
        async for event in events:
            yield event


async def transcript_events(
    target: Target, file: AudioFile, *, speakers: bool = False
) -> AsyncGenerator[Event, None]:
    """A sentence at a time with its segment, words and progress, then the whole, then `Used`."""
    seconds = file.seconds or SECONDS
    scenario = await Scenario(target, CUT_AFTER).start()
    for number in range(len(SENTENCES)):
        await scenario.next_chunk()
        for event in sentence_events(number, seconds, SPEAKERS[number % len(SPEAKERS)] if speakers else None):
            yield event
    yield Transcript(" ".join(SENTENCES), "en", seconds)
    yield Used(Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal(str(round(seconds, 3)))),)))


def sentence_events(number: int, seconds: float, speaker: str | None) -> Iterator[Event]:
    """The events of one sentence in a file of `seconds`."""
    sentence, share = SENTENCES[number], seconds / len(SENTENCES)
    start, end = number * share, (number + 1) * share
    yield TranscriptDelta(sentence if number == 0 else f" {sentence}")
    yield Segment(number, round(start, 3), round(end, 3), sentence, speaker)
    yield TranscriptWords(tuple(words(sentence, start, end, speaker)))
    yield Progress("transcribing", round(end, 3), seconds, "s")


def words(sentence: str, start: float, end: float, speaker: str | None) -> Iterator[TranscriptWord]:
    texts = sentence.split()
    share = (end - start) / len(texts)
    for number, word in enumerate(texts):
        begin = start + number * share
        confidence = CONFIDENCES[number % len(CONFIDENCES)]
        yield TranscriptWord(word, round(begin, 3), round(begin + 0.8 * share, 3), confidence, speaker)
