"""Events of a transcription collected into one transcript."""

from __future__ import annotations

from core.bodies.transcription.collector import FinishedTranscript, TranscriptCollector
from core.contract.events import (
    Segment,
    Started,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
)
from core.contract.transcription import AudioFile, TranscriptFormat, TranscriptionRequest
from core.contract.translation import TranslationRequest

FILE = AudioFile("/nowhere", "audio.wav", "audio/wav", 1000, 6.0)
TEXT = "Ask not. Ask what."
SEGMENTS = (Segment(0, 0.0, 1.5, " Ask not.", "A"), Segment(1, 2.5, 4.0, " Ask what.", "B"))
WORDS = (
    TranscriptWord("Ask", 0.0, 0.5, 0.9, "A"),
    TranscriptWord("not.", 0.5, 1.5, None, "A"),
    TranscriptWord("Ask", 2.5, 3.0, 0.25, "B"),
    TranscriptWord("what.", 3.0, 4.0, None, "B"),
)
EVENTS = (
    Started("Lab", "whisper", 1),
    TranscriptDelta("Ask not."),
    TranscriptDelta(" Ask what."),
    *SEGMENTS,
    TranscriptWords(WORDS),
    Transcript(TEXT, "en", 5.5),
)


def ask(form: str = "json", **fields) -> TranscriptionRequest:
    return TranscriptionRequest("m", FILE, format=TranscriptFormat(form), **fields)


def collected(events, request) -> FinishedTranscript:
    collector = TranscriptCollector()
    for event in events:
        collector.note(event)
    return collector.finish(request)


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
