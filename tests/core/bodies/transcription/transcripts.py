"""The events of a short transcription of two speakers, requests for it, and the collected transcript."""

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
