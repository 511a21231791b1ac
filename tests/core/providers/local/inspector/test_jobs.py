"""The transcript of an audio part as findings of the report."""

from __future__ import annotations

import pytest

from core.providers.local.inspector import jobs
from core.providers.local.inspector.report import audio
from tests.core.providers.local.inspector.reports import inspect_files, table_cells, transcript_segments
from tests.fakes.audio_files import RATE, samples, write_wav

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("whisper")]


async def test_segments_come_one_by_one(speech_file):
    found = await inspect_files(speech_file)

    lines = [delta for delta in found.deltas if delta.startswith("- `")]
    assert len(lines) == len(transcript_segments(found.text)) >= 1
    between = found.event_names[found.event_names.index("ImageReady") :]
    assert "Progress" in between


async def test_only_the_first_minutes_of_long_audio_are_transcribed(speech_file, tmp_path, monkeypatch):
    monkeypatch.setattr(audio, "MAX_TRANSCRIBED", 13.0)
    long = write_wav(tmp_path / "long.wav", (samples(speech_file) + bytes(RATE * 2)) * 4)
    found = await inspect_files(long)

    assert "Only the first 0:13 of 0:48 are listened to." in found.text
    assert table_cells(found.text)["Duration"] == "48.0 s"
    assert 1 <= len(transcript_segments(found.text)) <= 4


async def test_missing_recogniser_is_reported(speech_file, monkeypatch):
    monkeypatch.setattr(jobs, "transcription_hint", lambda: "pip install it")
    found = await inspect_files(speech_file)

    assert "**Transcript**: the recogniser is not installed here: `pip install it`" in found.text
    assert table_cells(found.text)["Duration"] == "11.0 s"
