"""The socket's JSON, and nowhere else: frames become requests, events become frames."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from core.bodies.decoding import decode
from core.bodies.speech import SpeechBody
from core.bodies.transcription import TranscriptionBody, TranslationBody
from core.bodies.validation import validate
from core.contract.errors import InvalidRequest, PolyphonyError
from core.contract.events import (
    Attempted,
    AttemptNote,
    AudioChunk,
    AudioStart,
    Event,
    HeardWord,
    HeardWords,
    Outcome,
    Progress,
    Receipt,
    Segment,
    TranscriptDelta,
    Word,
    Words,
)
from core.contract.media import AudioFormat
from core.contract.requests import Request, SoundFile, Task
from core.contract.usage import Amount
from playground.speech_text import speakable

CURRENCY = "USD"
NAME_LENGTH = 64
HEADER = struct.Struct(">II")
LIVE_ORDER = (
    AudioFormat.MP3,
    AudioFormat.WAV,
    AudioFormat.OPUS,
    AudioFormat.AAC,
    AudioFormat.FLAC,
)
"""What a browser can decode as it comes, after pcm and the person's own choice."""

# From the browser


@dataclass(frozen=True, slots=True)
class Start:
    """`run.start`: `params` is the API body of the task without its model."""

    id: str
    task: Task
    model: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    id: str


@dataclass(frozen=True, slots=True)
class Resume:
    id: str
    run: UUID
    after: int = 0


@dataclass(frozen=True, slots=True)
class Ping:
    pass


Frame = Start | Stop | Resume | Ping


class BadFrame(InvalidRequest):
    """A frame that is none of ours; `frame_id` is its `id` where it had a usable one."""

    code = "bad_frame"

    def __init__(self, message: str, *, param: str | None = None, frame_id: str | None = None) -> None:
        super().__init__(message, param=param)
        self.frame_id = frame_id


def parse(text: str) -> Frame:
    """The frame in `text`. Raises `BadFrame`, or `InvalidRequest` when it is not even JSON."""
    try:
        fields = decode(text.encode())
    except UnicodeEncodeError:
        raise BadFrame("The frame is not valid Unicode.") from None
    kind = fields.get("type")
    read = READERS.get(kind) if isinstance(kind, str) else None
    try:
        if read is None:
            raise BadFrame(f"type must be one of {', '.join(READERS)}.", param="type")
        return read(fields)
    except BadFrame as error:
        error.frame_id = known_id(fields)
        raise


def start(fields: dict[str, Any]) -> Start:
    params = fields.get("params", {})
    if not isinstance(params, dict):
        raise BadFrame("params must be an object.", param="params")
    try:
        task = Task(fields.get("task"))
    except ValueError:
        raise BadFrame("task is not one that can be run.", param="task") from None
    if task not in REQUESTS:
        raise BadFrame(f"{task} cannot be run here.", param="task")
    model = fields.get("model")
    if not isinstance(model, str) or not model:
        raise BadFrame("model must be a non-empty string.", param="model")
    return Start(frame_id(fields), task, model, params)


def stop(fields: dict[str, Any]) -> Stop:
    return Stop(frame_id(fields))


def resume(fields: dict[str, Any]) -> Resume:
    after = fields.get("after", 0)
    if not isinstance(after, int) or isinstance(after, bool) or after < 0:
        raise BadFrame("after must be a whole number from 0.", param="after")
    try:
        run = UUID(fields["run"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise BadFrame("run must be the id of a run.", param="run") from None
    return Resume(frame_id(fields), run, after)


def ping(fields: dict[str, Any]) -> Ping:
    return Ping()


READERS: dict[str, Callable[[dict[str, Any]], Frame]] = {
    "run.start": start,
    "run.stop": stop,
    "run.resume": resume,
    "ping": ping,
}


def frame_id(fields: dict[str, Any]) -> str:
    found = known_id(fields)
    if not found:
        raise BadFrame(f"id must be a string of 1 to {NAME_LENGTH} characters.", param="id")
    return found


def known_id(fields: dict[str, Any]) -> str | None:
    found = fields.get("id")
    return found if isinstance(found, str) and 0 < len(found) <= NAME_LENGTH else None


# To a request


def request(frame: Start, file: SoundFile | None = None) -> Request:
    """What the gateway is asked. Raises `InvalidRequest` as the API does for the same body.

    `file` is what a transcription or a translation listens to.
    """
    return REQUESTS[frame.task](frame, file)


def speech(frame: Start, file: SoundFile | None) -> Request:
    """Live sound is pcm where the model can; `plain` (ours alone) takes Markdown out before speaking."""
    params = dict(frame.params)
    plain = params.pop("plain", False)
    if not isinstance(plain, bool):
        raise InvalidRequest("plain must be true or false.", param="plain")
    asked = validate(SpeechBody, {**params, "model": frame.model}).request()
    order = dict.fromkeys((AudioFormat.PCM, asked.format, *LIVE_ORDER))
    text = speakable(asked.text) if plain else asked.text
    return replace(asked, text=text, formats=tuple(order), streamed=True)


def transcription(frame: Start, file: SoundFile | None) -> Request:
    """Words are wanted as they come, whatever format the answer of a program would have."""
    assert file is not None
    body = validate(TranscriptionBody, {**frame.params, "model": frame.model, "stream": False})
    return replace(body.request(file), streamed=True)


def translation(frame: Start, file: SoundFile | None) -> Request:
    assert file is not None
    return validate(TranslationBody, {**frame.params, "model": frame.model}).request(file)


REQUESTS: dict[Task, Callable[[Start, SoundFile | None], Request]] = {
    Task.SPEECH: speech,
    Task.TRANSCRIPTION: transcription,
    Task.TRANSLATION: translation,
}


# To the browser


def channel(run: UUID) -> int:
    """The `number` that heads a run's binary frames: the same on every socket and in every process."""
    return run.int & 0xFFFFFFFF


def text(frame_id: str, run: str, number: int, body: Mapping[str, Any]) -> str:
    """One run event for one socket."""
    return orjson.dumps({**body, "id": frame_id, "run": run, "seq": number}).decode()


def binary(channel: int, number: int, data: bytes) -> bytes:
    """Sound: the run's number and the event's number, then the bytes."""
    return HEADER.pack(channel, number) + data


def refusal(error: PolyphonyError, frame_id: str | None = None) -> str:
    """The answer to a bad frame."""
    body: dict[str, Any] = {"type": "error", "error": error.envelope()}
    if frame_id is not None:
        body["id"] = frame_id
    return orjson.dumps(body).decode()


PONG = '{"type":"pong"}'


def body(event: Event) -> dict[str, Any] | bytes | None:
    """What a run tells of an event; None for those that only the books need."""
    match event:
        case AudioChunk(data):
            return data
        case Words(words):
            return {"type": "speech.words", "words": [word_fields(word) for word in words]}
        case TranscriptDelta(text):
            return {"type": "transcript.delta", "text": text}
        case Segment():
            # every event's `id` is its run's: the segment's own number goes beside it
            return {"type": "transcript.segment", "segment": event.id, **segment_fields(event)}
        case HeardWords(heard):
            return {"type": "transcript.words", "words": [heard_fields(word) for word in heard]}
        case AudioStart():
            return {
                "type": "audio.start",
                "index": 0,
                "format": event.format.value,
                "sample_rate": event.sample_rate,
                "channels": event.channels,
            }
        case Attempted():
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


def word_fields(word: Word) -> dict[str, Any]:
    return {"word": word.word, "start": word.start, "end": word.end}


def segment_fields(segment: Segment) -> dict[str, Any]:
    fields = {"id": segment.id, "start": segment.start, "end": segment.end, "text": segment.text}
    return fields if segment.speaker is None else {**fields, "speaker": segment.speaker}


def heard_fields(word: HeardWord) -> dict[str, Any]:
    fields: dict[str, Any] = {"word": word.word, "start": word.start, "end": word.end}
    known = {"confidence": word.confidence, "speaker": word.speaker}
    return fields | {name: value for name, value in known.items() if value is not None}


def started(run: UUID, model: str, provider: str, estimate: Decimal | None) -> dict[str, Any]:
    return {
        "type": "run.started",
        "number": channel(run),
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


def failed(error: PolyphonyError) -> dict[str, Any]:
    return {"type": "run.error", "error": error.envelope()}


def receipt_fields(receipt: Receipt) -> dict[str, Any]:
    """A receipt as the browser, the history and the run's own page read it; money in USD, durations in ms."""
    return {
        "id": receipt.id,
        "outcome": receipt.outcome.value,
        "model": receipt.model,
        "then": receipt.then,
        "provider": receipt.provider,
        "format": receipt.format,
        **cost_fields(receipt),
        "first_event_ms": receipt.first_event_ms,
        "total_ms": receipt.total_ms,
        "attempts": [attempt_fields(note) for note in receipt.attempts],
    }


def cost_fields(receipt: Receipt) -> dict[str, Any]:
    return {
        "units": {amount.name: quantity(amount) for amount in receipt.amounts},
        "cost": money(receipt.cost),
        "currency": CURRENCY,
        "basis": receipt.basis.value,
    }


def attempt_fields(note: AttemptNote) -> dict[str, Any]:
    return {
        "number": note.number,
        "provider": note.provider,
        "model": note.model,
        "outcome": note.outcome.value,
        "status": note.status,
        "reason": note.reason,
        "duration_ms": note.duration_ms,
        "cost": money(note.cost),
        "basis": note.basis.value,
    }


def quantity(amount: Amount) -> int | float:
    exact = amount.quantity
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def money(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
