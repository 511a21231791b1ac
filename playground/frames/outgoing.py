"""Events of a run as the browser hears them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from core.contract.errors import PolyphonyError
from core.contract.events import (
    AttemptFailed,
    AudioChunk,
    AudioStart,
    Event,
    Outcome,
    Progress,
    Receipt,
    Segment,
    SpeechWord,
    SpeechWords,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
)
from playground.frames.receipts import cost_fields, money

HEADER = struct.Struct(">II")
PONG = '{"type":"pong"}'


def run_number(run: UUID) -> int:
    """The `number` that heads a run's binary frames: the same on every socket and in every process."""
    return run.int & 0xFFFFFFFF


def event_frame(frame_id: str, run: str, number: int, body: Mapping[str, Any]) -> str:
    """One run event for one socket."""
    return orjson.dumps({**body, "id": frame_id, "run": run, "seq": number}).decode()


def text_delta_template(frame_id: str, run: str) -> tuple[str, str]:
    """What stands before and behind the words, a JSON string, of a `text.delta`, up to its number; a brace
    follows that."""
    names = orjson.dumps({"id": frame_id, "run": run}).decode()
    return '{"type":"text.delta","text":', f',{names[1:-1]},"seq":'


def audio_frame(channel: int, number: int, data: bytes) -> bytes:
    """Sound: the run's number and the event's number, then the bytes."""
    return HEADER.pack(channel, number) + data


def error_frame(error: PolyphonyError, frame_id: str | None = None) -> str:
    """The answer to a bad frame."""
    body: dict[str, Any] = {"type": "error", "error": error.envelope()}
    if frame_id is not None:
        body["id"] = frame_id
    return orjson.dumps(body).decode()


def event_body(event: Event) -> dict[str, Any] | bytes | None:
    """What a run tells of an event; None for those that only the books need."""
    match event:
        case AudioChunk(data):
            return data
        case SpeechWords(words):
            return {"type": "speech.words", "words": [word_fields(word) for word in words]}
        case TranscriptDelta(text):
            return {"type": "transcript.delta", "text": text}
        case Segment():
            # every event's `id` is its run's: the segment's own number goes beside it
            return {"type": "transcript.segment", "segment": event.id, **segment_fields(event)}
        case TranscriptWords(heard):
            return {"type": "transcript.words", "words": [transcript_word_fields(word) for word in heard]}
        case AudioStart():
            return {
                "type": "audio.start",
                "index": 0,
                "format": event.format.value,
                "sample_rate": event.sample_rate,
                "channels": event.channels,
            }
        case AttemptFailed():
            return {
                "type": "run.attempt",
                "number": event.number,
                "provider": event.provider,
                "outcome": event.outcome.value,
                "reason": event.reason,
            }
        case Progress():
            return {
                "type": "run.progress",
                "stage": event.stage,
                "done": event.done,
                "total": event.total,
                "unit": event.unit,
            }
    return None


def word_fields(word: SpeechWord) -> dict[str, Any]:
    return {"word": word.word, "start": word.start, "end": word.end}


def segment_fields(segment: Segment) -> dict[str, Any]:
    fields = {"id": segment.id, "start": segment.start, "end": segment.end, "text": segment.text}
    return fields if segment.speaker is None else {**fields, "speaker": segment.speaker}


def transcript_word_fields(word: TranscriptWord) -> dict[str, Any]:
    fields: dict[str, Any] = {"word": word.word, "start": word.start, "end": word.end}
    known = {"confidence": word.confidence, "speaker": word.speaker}
    return fields | {name: value for name, value in known.items() if value is not None}


def started(run: UUID, model: str, provider: str, estimate: Decimal | None) -> dict[str, Any]:
    return {
        "type": "run.started",
        "number": run_number(run),
        "model": model,
        "provider": provider,
        "estimate": money(estimate),
    }


def audio_end(duration: float | None, size: int, url: str | None) -> dict[str, Any]:
    return {"type": "audio.end", "index": 0, "duration": duration, "bytes": size, "url": url}


def usage(receipt: Receipt) -> dict[str, Any]:
    return {"type": "run.usage", **cost_fields(receipt)}


def done(
    outcome: Outcome, receipt: dict[str, Any] | None, error: PolyphonyError | None = None
) -> dict[str, Any]:
    """The end of a run that brought something or was asked to end; `error` says why it is not whole."""
    ending = {"type": "run.done", "outcome": outcome.value, "receipt": receipt}
    return {**ending, "error": error.envelope()} if error else ending


def failed(error: PolyphonyError, receipt: dict[str, Any] | None = None) -> dict[str, Any]:
    """The end of a run that brought nothing; `receipt` where a provider was asked."""
    ending = {"type": "run.error", "error": error.envelope()}
    return {**ending, "receipt": receipt} if receipt else ending
