"""Frames of the server."""

from __future__ import annotations

import json
from uuid import UUID

import orjson
import pytest

from core.contract.errors import UpstreamFailed, UpstreamLimited
from core.contract.events import Outcome
from playground import frames

RUN = UUID("6a3df6c1-7a11-4d38-9d6e-2f0b00c0ffee")


def test_binary_frames_carry_two_numbers():
    assert frames.run_number(RUN) == 0x00C0FFEE
    assert frames.audio_frame(frames.run_number(RUN), 258, b"ab") == b"\x00\xc0\xff\xee\x00\x00\x01\x02ab"


def test_a_run_event_names_its_run():
    frame = json.loads(frames.event_frame("a", str(RUN), 3, {"type": "x", "y": 1}))
    assert frame == {"type": "x", "y": 1, "id": "a", "run": str(RUN), "seq": 3}


@pytest.mark.parametrize("text", ["Hi", ' "quoted"\n\\ ', "\u65e5\u672c \U0001f600", "}"])
@pytest.mark.parametrize("id", ["a", 'b"c', ""])
def test_a_text_delta_is_framed_as_any_other_event(text, id):
    before, behind = frames.text_delta_template(id, str(RUN))
    framed = f"{before}{orjson.dumps(text).decode()}{behind}{7}}}"
    assert framed == frames.event_frame(id, str(RUN), 7, frames.event_object(text))


def test_an_ending_says_what_went_wrong():
    error = UpstreamFailed("broken")
    assert frames.failed(error) == {"type": "run.error", "error": error.envelope()}
    assert frames.failed(error, {"cost": 0}) == {**frames.failed(error), "receipt": {"cost": 0}}
    assert frames.done(Outcome.PARTIAL, None, error)["error"] == error.envelope()
    assert "error" not in frames.done(Outcome.COMPLETED, None)


def test_a_provider_that_told_when_to_come_again_is_quoted():
    ending = frames.failed(UpstreamLimited("busy", retry_after=20))
    assert ending["error"]["metadata"]["retry_after"] == 20
