"""The report on audio: coding, loudness, silence, transcript."""

from __future__ import annotations

import pytest

from core.providers.local.inspector.report import audio
from tests.core.providers.local.inspector.reports import inspect_files, table_cells, transcript_segments
from tests.fakes.audio_files import RATE, recode, sine, word_errors, write_wav

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("aligner")]


async def test_speech_is_measured_and_transcribed(whisper, speech_file):
    found = await inspect_files(speech_file)

    cells = table_cells(found.text)
    assert (cells["Codec"], cells["Sample rate"], cells["Channels"]) == ("FLAC", "44,100 Hz", "2 (stereo)")
    assert (cells["Duration"], cells["Loudness"], cells["True peak"]) == ("11.0 s", "−12.5 LUFS", "−2.1 dBTP")
    assert word_errors(" ".join(transcript_segments(found.text))) == 0
    assert f"**Transcript**, {audio.HEARD_BY}." in found.text
    [wave] = found.decoded_images()
    assert (wave.format, wave.size) == ("PNG", (1200, 220))
    assert found.units["audio_in.second"] == 11.0


async def test_loudness_agrees_with_the_standard(tmp_path):
    """EBU Tech 3341: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS; mono is 3 less."""
    tone = sine(5, 10 ** (-20 / 20))
    found = await inspect_files(write_wav(tmp_path / "tone.wav", tone + bytes(5 * RATE * 2)))

    cells = table_cells(found.text)
    assert float(cells["Loudness"].split()[0].replace("−", "-")) == pytest.approx(-23, abs=0.4)
    assert float(cells["True peak"].split()[0].replace("−", "-")) == pytest.approx(-20, abs=0.2)
    assert cells["Silence"] == "50% (quieter than −50 dBFS)"


async def test_silence_is_reported_as_silence(tmp_path):
    found = await inspect_files(write_wav(tmp_path / "nothing.wav", bytes(2 * RATE * 2)))

    cells = table_cells(found.text)
    assert cells["Loudness"] == "nothing is loud enough to be measured"
    assert cells["Silence"] == "100% (quieter than −50 dBFS)"
    assert "True peak" not in cells
    assert "No speech was understood." in found.text


@pytest.mark.parametrize("suffix", ["wav", "mp3", "flac"])
async def test_containers_are_measured_alike(tmp_path, suffix):
    found = await inspect_files(recode(sine(3.0), tmp_path / f"sound.{suffix}"))

    assert float(table_cells(found.text)["Duration"].split()[0]) == pytest.approx(3.0, abs=0.15)
