"""Events of the gateway as run events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import pytest

from core.contract.audio import AudioFormat
from core.contract.events import (
    AttemptFailed,
    AttemptLate,
    AudioStart,
    Event,
    Outcome,
    Progress,
    Started,
    Used,
)
from core.contract.usage import Usage
from playground import frames
from playground.frames.events import BODIES


def test_events_become_frames():
    attempt = frames.event_body(AttemptFailed(1, "P", Outcome.FAILED, "Full.", "m", "full", 429, "Q", "n"))
    assert attempt == {
        "type": "run.attempt",
        "number": 1,
        "provider": "P",
        "outcome": "failed",
        "reason": "Full.",
        "model": "m",
        "code": "full",
        "status": 429,
        "next_provider": "Q",
        "next_model": "n",
    }
    assert frames.event_body(AttemptLate(1, "P", "m", "Q")) == {
        **attempt,
        "outcome": "late",
        "reason": "",
        "code": "",
        "status": None,
        "next_model": "m",
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


def test_every_event_has_its_row():
    assert set(BODIES) == set(get_args(Event))


def test_an_event_without_a_row_is_sent_as_no_other():
    @dataclass(frozen=True)
    class NewEvent:
        text: str = "x"

    with pytest.raises(KeyError):
        frames.event_body(NewEvent())
