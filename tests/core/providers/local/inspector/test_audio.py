"""What the inspector tells of sound and video, of hostile ones too."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

import av
import pytest

from core.contract.chat import Media, Modality
from core.providers.local.inspector import measurement
from core.providers.local.inspector.report import audio
from tests.core.providers.local.inspector.reports import answered, asked, inspected, part, rows
from tests.fakes.audio_files import RATE, broken_wav, recode, samples, word_errors, write_wav

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("recogniser")]

TEXT = {"type": "text", "text": "Listen."}


def sine(seconds: float, level: float = 0.5) -> bytes:
    """A tone of 1 kHz."""
    wave = (level * 32767 * math.sin(2 * math.pi * 1000 * at / RATE) for at in range(round(seconds * RATE)))
    return array("h", map(round, wave)).tobytes()


def film(path: Path, seconds: int = 8) -> Path:
    """Pictures that grow lighter from second to second, without sound."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mpeg4", rate=10, width=160, height=90)
        for number in range(10 * seconds):
            frame = av.VideoFrame(160, 90, "yuv420p")
            for at, plane in enumerate(frame.planes):
                value = 16 + number // 10 * 20 if at == 0 else 128
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def segments(text: str) -> list[str]:
    return [line.partition("` ")[2] for line in text.splitlines() if line.startswith("- `")]


async def test_speech_is_measured_and_written_down(speech_file):
    found = await inspected(speech_file)

    told = rows(found.text)
    assert (told["Codec"], told["Sample rate"], told["Channels"]) == ("FLAC", "44,100 Hz", "2 (stereo)")
    assert (told["Duration"], told["Loudness"], told["True peak"]) == ("11.0 s", "−12.5 LUFS", "−2.1 dBTP")
    assert word_errors(" ".join(segments(found.text))) <= 0.35
    assert f"**Transcript**, {audio.WARNING}." in found.text
    [wave] = found.pictures()
    assert (wave.format, wave.size) == ("PNG", (1200, 220))
    assert found.units["audio_in.second"] == 11.0


async def test_stretches_are_told_as_they_are_heard(speech_file):
    found = await inspected(speech_file)

    said = [delta for delta in found.deltas if delta.startswith("- `")]
    assert len(said) == len(segments(found.text)) > 1
    between = found.order[found.order.index("ImageReady") :]
    assert "Progress" in between


async def test_loudness_is_the_standards(tmp_path):
    """EBU Tech 3341: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS; mono is 3 less."""
    tone = sine(5, 10 ** (-20 / 20))
    found = await inspected(write_wav(tmp_path / "tone.wav", tone + bytes(5 * RATE * 2)))

    told = rows(found.text)
    assert float(told["Loudness"].split()[0].replace("−", "-")) == pytest.approx(-23, abs=0.4)
    assert float(told["True peak"].split()[0].replace("−", "-")) == pytest.approx(-20, abs=0.2)
    assert told["Silence"] == "50% (quieter than −50 dBFS)"


async def test_silence_is_told_as_silence(tmp_path):
    found = await inspected(write_wav(tmp_path / "nothing.wav", bytes(2 * RATE * 2)))

    told = rows(found.text)
    assert told["Loudness"] == "nothing is loud enough to be measured"
    assert told["Silence"] == "100% (quieter than −50 dBFS)"
    assert "True peak" not in told
    assert "No speech was understood." in found.text


@pytest.mark.parametrize("suffix", ["wav", "mp3", "flac"])
async def test_containers_are_measured_alike(speech_samples, tmp_path, suffix):
    found = await inspected(recode(speech_samples, tmp_path / f"sound.{suffix}"))

    assert float(rows(found.text)["Duration"].split()[0]) == pytest.approx(3.0, abs=0.15)


async def test_long_sound_is_listened_to_for_its_first_minutes(speech_file, tmp_path, monkeypatch):
    monkeypatch.setattr(audio, "LISTENED", 13.0)
    long = write_wav(tmp_path / "long.wav", (samples(speech_file) + bytes(RATE * 2)) * 4)
    found = await inspected(long)

    assert "Only the first 0:13 of 0:48 are listened to." in found.text
    assert rows(found.text)["Duration"] == "48.0 s"
    assert 1 <= len(segments(found.text)) <= 4


async def test_missing_recogniser_is_said(speech_file, monkeypatch):
    monkeypatch.setattr(measurement, "transcription_hint", lambda: "pip install it")
    found = await inspected(speech_file)

    assert "**Transcript**: the recogniser is not installed here: `pip install it`" in found.text
    assert rows(found.text)["Duration"] == "11.0 s"


async def test_video_is_measured_and_shown_as_a_sheet(data):
    found = await inspected(data / "samples" / "small_video.mp4")

    told = rows(found.text)
    assert (told["Duration"], told["Size"], told["Codec"]) == ("1.4 s", "1,280 × 720 pixels", "H.264")
    assert told["Sound"] == "none"
    [sheet] = found.pictures()
    assert (sheet.format, sheet.width) == ("JPEG", 1280)
    assert found.units == pytest.approx(
        {
            "text_out.character": len(found.text),
            "video_in.second": 1.389,
            "image_out.image": 1,
        }
    )


async def test_frames_of_the_sheet_are_from_beginning_to_end(recogniser, tmp_path):
    found = await inspected(film(tmp_path / "film.mp4"))

    [sheet] = found.pictures()
    grey = sheet.convert("L")
    places = [(96 + 176 * (at % 4), 60 + 136 * (at // 4)) for at in range(12)]
    cells = [grey.getpixel(place) for place in places]
    assert cells == sorted(cells)
    assert len(set(cells)) >= 7


async def test_sound_track_of_a_video_is_measured_as_sound(speech_samples, tmp_path):
    found = await inspected(recode(speech_samples, tmp_path / "film.mp4", picture=True))

    titles = [line for line in found.text.splitlines() if line.startswith("### ")]
    assert titles == ["### Video: film.mp4", "### Sound track"]
    assert "**Transcript**" in found.text
    assert [image.media_type for image in found.images] == ["image/jpeg", "image/png"]
    assert (found.units["video_in.second"], found.units["audio_in.second"]) == pytest.approx((3, 3), abs=0.2)


async def test_video_without_pictures_is_sound(speech_samples, tmp_path):
    found = await inspected(recode(speech_samples, tmp_path / "sound.mp4"))

    assert [line for line in found.text.splitlines() if line.startswith("### ")] == ["### Audio: sound.mp4"]
    assert "video_in.second" not in found.units


async def test_file_part_is_what_its_content_is(speech_samples, tmp_path):
    path = recode(speech_samples, tmp_path / "sound.flac")
    media = Media(Modality.FILE, str(path), "audio/flac", path.stat().st_size, path.name)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all,\nthis is the letter.\n")
    file = {"type": "file", "file": {"filename": "my *sound*.flac", "file_data": media}}
    found = await answered(asked([file, part(letter)]))

    titles = [line for line in found.text.splitlines() if line.startswith("### ")]
    assert titles == ["### Audio: my \\*sound\\*.flac", "### Text: letter.txt"]
    assert rows(found.text)["Lines"] == "2"
    assert found.units["file_in.byte"] == 30


HOSTILE = {
    "empty.wav": b"",
    "header.wav": broken_wav(claimed=0, held=0),
    "text.mp3": b"This is a letter, not a song. " * 100,
    "playlist.mp4": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    "box.mp4": b"\0\0\0\x18ftypisom" + bytes(8),
    "noise.flac": b"fLaC" + bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_file_is_told(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    found = await answered(asked([TEXT, part(path)]))

    assert "could not be" in found.text
    assert found.finish == "stop"


async def test_video_cut_short_is_measured_up_to_the_cut(tmp_path):
    whole = film(tmp_path / "whole.mkv").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    found = await inspected(cut)

    assert float(rows(found.text)["Duration"].split()[0]) < 8
    assert len(found.images) == 1
