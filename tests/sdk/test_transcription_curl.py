"""Transcripts in every format with curl, by form and by JSON."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess

import pytest

from core.contract.audio import AudioFormat
from tests.core.api.transcription_helpers import make_transcription_model
from tests.fakes.audio import audio_bytes
from tests.fakes.transcription import SECONDS, TEXT

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
BEGINS = {
    "json": '{"text":"Ask',
    "text": TEXT,
    "srt": "1\n00:00:00,000 --> 00:00:03,000\nAsk not",
    "vtt": "WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nAsk not",
    "verbose_json": '{"task":"transcribe","language":"english","duration":6.0,',
    "diarized_json": '{"task":"transcribe","duration":6.0,',
}


@pytest.fixture
def curl(live, key, lab, tmp_path):
    make_transcription_model(lab, formats=["json", "verbose_json", "diarized_json"])
    live.refresh()
    (tmp_path / "speech.mp3").write_bytes(audio_bytes(AudioFormat.WAV, SECONDS))

    def run(*options: str) -> str:
        address = f"{live.api}/audio/transcriptions"
        command = ["curl", "-sSf", "-H", f"Authorization: Bearer {key}", *options, address]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("form", BEGINS)
def test_a_form(curl, form):
    found = curl("-F", "file=@speech.mp3", "-F", "model=lab/ear", "-F", f"response_format={form}")
    assert found.startswith(BEGINS[form])


@pytest.mark.parametrize("form", BEGINS)
def test_json_from_a_file(curl, form, tmp_path):
    data = base64.b64encode((tmp_path / "speech.mp3").read_bytes()).decode()
    asked = {"model": "lab/ear", "response_format": form, "input_audio": {"data": data, "format": "wav"}}
    (tmp_path / "body.json").write_text(json.dumps(asked))
    found = curl("-H", "Content-Type: application/json", "--data-binary", "@body.json")
    assert found.startswith(BEGINS[form])


def test_granularities_by_their_bare_name(curl):
    options = ["file=@speech.mp3", "model=lab/ear", "response_format=verbose_json"]
    options += ["timestamp_granularities=word", "timestamp_granularities=segment"]
    found = json.loads(curl(*(part for option in options for part in ("-F", option))))
    assert (len(found["words"]), len(found["segments"])) == (len(TEXT.split()), 2)
