"""Frames and values: each turned into the other by rules of one file."""

from __future__ import annotations

import json
from decimal import Decimal
from uuid import UUID

import orjson
import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamFailed
from core.contract.events import (
    AttemptFailed,
    AttemptNote,
    AudioStart,
    Outcome,
    Progress,
    Receipt,
    Started,
    Used,
)
from core.contract.usage import Amount, Basis, Kind, Unit, Usage
from playground import frames

RUN = UUID("6a3df6c1-7a11-4d38-9d6e-2f0b00c0ffee")


def test_a_bad_frame_remembers_its_id():
    with pytest.raises(frames.BadFrame) as refused:
        frames.parse('{"type": "run.start", "id": "a", "task": 1}')
    assert refused.value.frame_id == "a"


def test_binary_frames_carry_two_numbers():
    assert frames.run_number(RUN) == 0x00C0FFEE
    assert frames.audio_frame(frames.run_number(RUN), 258, b"ab") == b"\x00\xc0\xff\xee\x00\x00\x01\x02ab"


def test_a_run_event_names_its_run():
    told = json.loads(frames.event_frame("a", str(RUN), 3, {"type": "x", "y": 1}))
    assert told == {"type": "x", "y": 1, "id": "a", "run": str(RUN), "seq": 3}


@pytest.mark.parametrize("words", ["Hi", ' "quoted"\n\\ ', "\u65e5\u672c \U0001f600", "}"])
@pytest.mark.parametrize("id", ["a", 'b"c', ""])
def test_words_are_framed_as_any_other_event(words, id):
    before, behind = frames.text_delta_template(id, str(RUN))
    framed = f"{before}{orjson.dumps(words).decode()}{behind}{7}}}"
    assert framed == frames.event_frame(id, str(RUN), 7, frames.event_object(words))


def test_events_become_frames():
    attempt = frames.event_body(AttemptFailed(1, "p", Outcome.FAILED, "429"))
    assert attempt == {
        "type": "run.attempt",
        "number": 1,
        "provider": "p",
        "outcome": "failed",
        "reason": "429",
    }
    assert frames.event_body(AudioStart(AudioFormat.MP3, 44_100, 2)) == {
        "type": "audio.start",
        "index": 0,
        "format": "mp3",
        "sample_rate": 44_100,
        "channels": 2,
    }
    assert frames.event_body(Progress("decode", 1, 4, "second")) == {
        "type": "run.progress",
        "stage": "decode",
        "done": 1,
        "total": 4,
        "unit": "second",
    }
    assert frames.event_body(Started("p", "m", 1)) is None
    assert frames.event_body(Used(Usage())) is None


def receipt(cost: Decimal | None, basis: Basis) -> Receipt:
    characters = Amount(Kind.TEXT_IN, Unit.CHARACTER, Decimal(11))
    seconds = Amount(Kind.AUDIO_OUT, Unit.SECOND, Decimal("1.5"))
    amounts = (characters, seconds)
    note = AttemptNote(1, "p", "up", Outcome.COMPLETED, 200, "", 80, cost, basis)
    return Receipt("gen-1", Outcome.COMPLETED, "m", "p", amounts, cost, basis, 20, 90, "pcm", (note,))


def test_a_receipt_is_told_in_numbers():
    told = frames.receipt_fields(receipt(Decimal("0.00012"), Basis.COMPUTED))
    assert told["units"] == {"text_in.character": 11, "audio_out.second": 1.5}
    assert (told["cost"], told["currency"], told["basis"], told["format"]) == (
        0.00012,
        "USD",
        "computed",
        "pcm",
    )
    assert told["attempts"] == [
        {
            "number": 1,
            "provider": "p",
            "model": "up",
            "outcome": "completed",
            "status": 200,
            "reason": "",
            "duration_ms": 80,
            "cost": 0.00012,
            "basis": "computed",
        }
    ]
    assert json.loads(json.dumps(told)) == told


def test_an_unpriced_cost_is_null_never_zero():
    assert frames.usage(receipt(None, Basis.UNPRICED))["cost"] is None
    assert frames.started(RUN, "m", "p", None)["estimate"] is None


def test_an_ending_says_what_went_wrong():
    error = UpstreamFailed("broken")
    assert frames.failed(error) == {"type": "run.error", "error": error.envelope()}
    assert frames.failed(error, {"cost": 0}) == {**frames.failed(error), "receipt": {"cost": 0}}
    assert frames.done(Outcome.PARTIAL, None, error)["error"] == error.envelope()
    assert "error" not in frames.done(Outcome.COMPLETED, None)
