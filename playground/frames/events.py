"""Events of the gateway as run events of the socket: one builder per type of event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.contract.events import (
    AnswerMetadata,
    AttemptFailed,
    AttemptLate,
    AudioChunk,
    AudioConverted,
    AudioStart,
    ChatDelta,
    Embedding,
    Event,
    ImagePartial,
    ImageReady,
    ImageStart,
    Progress,
    Receipt,
    Segment,
    SpeechWord,
    SpeechWords,
    Started,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Unreadable,
    UsageSoFar,
    Used,
)


def event_body(event: Event) -> dict[str, Any] | None:
    """The fields of the run event; None for an event that is not sent, or not by its type alone.

    Raises `KeyError` for an event of an unknown type.
    """
    build = BODIES[type(event)]
    return build(event) if build else None


def speech_words(event: SpeechWords) -> dict[str, Any]:
    return {"type": "speech.words", "words": [word_fields(word) for word in event.words]}


def transcript_delta(event: TranscriptDelta) -> dict[str, Any]:
    return {"type": "transcript.delta", "text": event.text}


def transcript_segment(event: Segment) -> dict[str, Any]:
    # the `id` of a run event is that of its run: the segment's own number is `segment`
    return {"type": "transcript.segment", "segment": event.id, **segment_fields(event)}


def transcript_words(event: TranscriptWords) -> dict[str, Any]:
    return {"type": "transcript.words", "words": [transcript_word_fields(word) for word in event.words]}


def audio_start(event: AudioStart) -> dict[str, Any]:
    return {
        "type": "audio.start",
        "index": 0,
        "format": event.format.value,
        "sample_rate": event.sample_rate,
        "channels": event.channels,
    }


def attempt(event: AttemptFailed) -> dict[str, Any]:
    return {
        "type": "run.attempt",
        "number": event.number,
        "provider": event.provider,
        "outcome": event.outcome.value,
        "reason": event.reason,
        "model": event.model,
        "code": event.code,
        "status": event.status,
        "next_provider": event.next_provider,
        "next_model": event.next_model,
    }


def late_attempt(event: AttemptLate) -> dict[str, Any]:
    return {
        "type": "run.attempt",
        "number": event.number,
        "provider": event.provider,
        "outcome": "late",
        "reason": "",
        "model": event.model,
        "code": "",
        "status": None,
        "next_provider": event.next_provider,
        "next_model": event.model,
    }


def progress(event: Progress) -> dict[str, Any]:
    return {
        "type": "run.progress",
        "stage": event.stage,
        "done": event.done,
        "total": event.total,
        "unit": event.unit,
    }


BODIES: dict[type, Callable[[Any], dict[str, Any]] | None] = {
    SpeechWords: speech_words,
    TranscriptDelta: transcript_delta,
    Segment: transcript_segment,
    TranscriptWords: transcript_words,
    AudioStart: audio_start,
    AttemptFailed: attempt,
    AttemptLate: late_attempt,
    Progress: progress,
    # sent as binary frames
    AudioChunk: None,
    # built in `chat`, since they become several events or need a URL
    ChatDelta: None,
    ImageStart: None,
    ImagePartial: None,
    ImageReady: None,
    Embedding: None,
    # built in `outgoing` from the run's own state
    Started: None,
    Receipt: None,
    # its text has been sent in deltas
    Transcript: None,
    # for the ledger and the API
    AnswerMetadata: None,
    AudioConverted: None,
    Unreadable: None,
    UsageSoFar: None,
    Used: None,
}


def word_fields(word: SpeechWord) -> dict[str, Any]:
    """Times in seconds."""
    return {"word": word.word, "start": word.start, "end": word.end}


def segment_fields(segment: Segment) -> dict[str, Any]:
    fields = {"id": segment.id, "start": segment.start, "end": segment.end, "text": segment.text}
    return fields if segment.speaker is None else {**fields, "speaker": segment.speaker}


def transcript_word_fields(word: TranscriptWord) -> dict[str, Any]:
    """Times in seconds; `confidence` and `speaker` only where they are known."""
    fields: dict[str, Any] = {"word": word.word, "start": word.start, "end": word.end}
    known = {"confidence": word.confidence, "speaker": word.speaker}
    return fields | {name: value for name, value in known.items() if value is not None}
