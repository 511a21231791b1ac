"""What the rehearsal pretends to hear: the same sentences for every sound, spread over its length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.contract.events import (
    Event,
    Progress,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
)
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranscriptRequest
from core.contract.usage import Amount, Kind, Unit, Usage

SENTENCES = (
    "A rehearsal hears nothing at all.",
    "It tells the same words for every sound.",
    "Its last words are as sure as its first.",
)
SECONDS = 9.0
"""How long a sound is taken to be whose length nobody knows."""

CERTAINTIES = (0.98, 0.9, 0.35)
SPEAKERS = "AB"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One sentence as it is heard: everything an adapter tells of it."""

    events: tuple[Event, ...]


def stretches(request: TranscriptRequest) -> Iterator[Stretch]:
    """A sentence at a time: its text, its segment, its words, how far the sound has been heard."""
    whole = request.file.seconds or SECONDS
    share = whole / len(SENTENCES)
    speakers = isinstance(request, TranscriptionRequest) and request.diarize
    for number, sentence in enumerate(SENTENCES):
        start, end = number * share, (number + 1) * share
        speaker = SPEAKERS[number % len(SPEAKERS)] if speakers else None
        yield Stretch(
            (
                TranscriptDelta(sentence if number == 0 else f" {sentence}"),
                Segment(number, round(start, 3), round(end, 3), sentence, speaker),
                TranscriptWords(tuple(words(sentence, start, end, speaker))),
                Progress("transcribing", round(end, 3), whole, "s"),
            )
        )


def words(sentence: str, start: float, end: float, speaker: str | None) -> Iterator[TranscriptWord]:
    spelled = sentence.split()
    share = (end - start) / len(spelled)
    for number, word in enumerate(spelled):
        begin = start + number * share
        certainty = CERTAINTIES[number % len(CERTAINTIES)]
        yield TranscriptWord(word, round(begin, 3), round(begin + 0.8 * share, 3), certainty, speaker)


def transcript(request: TranscriptRequest) -> Transcript:
    return Transcript(" ".join(SENTENCES), "en", request.file.seconds or SECONDS)


def usage(request: TranscriptRequest) -> Usage:
    seconds = Decimal(str(round(request.file.seconds or SECONDS, 3)))
    return Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, seconds),))
