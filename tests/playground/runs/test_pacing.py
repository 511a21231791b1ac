"""How far audio runs ahead of its playback."""

from __future__ import annotations

import pytest

from core.contract.audio import AudioFormat
from core.contract.events import AudioStart
from playground.runs.pacing import Pace


def test_the_first_five_seconds_are_never_held_back(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("playground.runs.pacing.time.monotonic", lambda: clock[0])
    pace = Pace()
    pace.start(AudioStart(AudioFormat.PCM, 24_000))
    assert pace.wait(48_000 * 5) == 0.0
    assert pace.wait(48_000) == 1.0
    clock[0] += 2.5
    assert pace.wait(48_000) == 0.0
    assert pace.wait(48_000) == 0.5


def test_encoded_audio_is_paced_by_its_highest_rate(monkeypatch):
    monkeypatch.setattr("playground.runs.pacing.time.monotonic", lambda: 1.0)
    pace = Pace()
    pace.start(AudioStart(AudioFormat.MP3, 24_000))
    assert pace.wait(16_000 * 10) == 0.0
    assert pace.wait(40_000 * 5) == pytest.approx(4.0)
