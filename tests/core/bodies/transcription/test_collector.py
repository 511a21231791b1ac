"""Events of a transcription collected into one transcript."""

from __future__ import annotations

from core.bodies.transcription.collector import FinishedTranscript
from core.contract.events import (
    Transcript,
    TranscriptDelta,
)
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.translation import TranslationRequest
from tests.core.bodies.transcription.transcripts import EVENTS, FILE, SEGMENTS, TEXT, WORDS, ask, collected


def test_events_become_one_transcript():
    assert collected(EVENTS, ask()) == FinishedTranscript(TEXT, "en", 6.0, SEGMENTS, WORDS)


def test_the_providers_duration_is_used_where_none_was_measured():
    request = TranscriptionRequest("m", AudioFile("/nowhere", "audio.wav", "audio/wav", 1000))
    assert collected(EVENTS, request).seconds == 5.5


def test_deltas_alone_are_a_transcript_too():
    assert collected([TranscriptDelta("a"), TranscriptDelta("b")], ask(language="ru")) == FinishedTranscript(
        "ab", "ru", 6.0
    )


def test_a_translation_is_english():
    assert collected([Transcript("hello")], TranslationRequest("m", FILE)).language == "en"
