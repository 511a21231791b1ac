"""Frames of the server: the envelope of run events, and the events that begin and end a run."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from core.contract.errors import PolyphonyError
from core.contract.events import Outcome, Receipt
from playground.frames.receipts import cost_fields, money

HEADER = struct.Struct(">II")
PONG = '{"type":"pong"}'


def run_number(run: UUID) -> int:
    """The `number` that heads a run's binary frames: the same on every socket and in every process."""
    return run.int & 0xFFFFFFFF


def event_frame(frame_id: str, run: str, number: int, body: Mapping[str, Any]) -> str:
    """One run event as text; `frame_id` is the id that this socket gave the run."""
    return orjson.dumps({**body, "id": frame_id, "run": run, "seq": number}).decode()


def text_delta_template(frame_id: str, run: str) -> tuple[str, str]:
    """What stands before and after the text of a `text.delta` frame.

    The frame is the first string, the text as JSON, the second string, the event's number, and a closing
    brace: the same bytes that `event_frame` makes, without encoding the other fields each time.
    """
    names = orjson.dumps({"id": frame_id, "run": run}).decode()
    return '{"type":"text.delta","text":', f',{names[1:-1]},"seq":'


def audio_frame(run: int, number: int, data: bytes) -> bytes:
    """A binary frame: `run_number` and the event's number as u32 big-endian, then the audio."""
    return HEADER.pack(run, number) + data


def error_frame(error: PolyphonyError, frame_id: str | None = None) -> str:
    """The answer to a bad frame; `frame_id` is its id, where known."""
    body: dict[str, Any] = {"type": "error", "error": error_fields(error)}
    if frame_id is not None:
        body["id"] = frame_id
    return orjson.dumps(body).decode()


def error_fields(error: PolyphonyError) -> dict[str, Any]:
    """The error as the API has it; its metadata has `retry_after`, in seconds, where that was told."""
    fields = error.envelope()
    if error.retry_after:
        fields["metadata"]["retry_after"] = error.retry_after
    return fields


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
    """The end of a run that delivered something or was stopped; `error` says why it is incomplete."""
    ending = {"type": "run.done", "outcome": outcome.value, "receipt": receipt}
    return {**ending, "error": error_fields(error)} if error else ending


def failed(error: PolyphonyError, receipt: dict[str, Any] | None = None) -> dict[str, Any]:
    """The end of a run that delivered nothing; `receipt` where a provider was called."""
    ending = {"type": "run.error", "error": error_fields(error)}
    return {**ending, "receipt": receipt} if receipt else ending
