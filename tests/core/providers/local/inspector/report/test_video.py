"""The report on video: coding, contact sheet, sound track."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from tests.core.providers.local.inspector.reports import inspect_files, table_cells
from tests.fakes.audio_files import recode, sine

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("aligner")]


def film(path: Path, seconds: int = 8) -> Path:
    """A video that grows lighter every second, without audio."""
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


async def test_video_is_measured_and_drawn_as_a_contact_sheet(data):
    found = await inspect_files(data / "samples" / "small_video.mp4")

    cells = table_cells(found.text)
    assert (cells["Duration"], cells["Size"], cells["Codec"]) == ("1.4 s", "1,280 × 720 pixels", "H.264")
    assert cells["Sound"] == "none"
    [sheet] = found.decoded_images()
    assert (sheet.format, sheet.width) == ("JPEG", 1280)
    assert found.units == pytest.approx(
        {
            "text_out.character": len(found.text),
            "video_in.second": 1.389,
            "image_out.image": 1,
        }
    )


async def test_frames_of_the_contact_sheet_are_from_beginning_to_end(aligner, tmp_path):
    found = await inspect_files(film(tmp_path / "film.mp4"))

    [sheet] = found.decoded_images()
    grey = sheet.convert("L")
    places = [(96 + 176 * (at % 4), 60 + 136 * (at // 4)) for at in range(12)]
    cells = [grey.getpixel(place) for place in places]
    assert cells == sorted(cells)
    assert len(set(cells)) >= 7


async def test_sound_track_of_a_video_is_measured_as_audio(speech_samples, tmp_path):
    found = await inspect_files(recode(speech_samples, tmp_path / "film.mp4", picture=True))

    titles = [line for line in found.text.splitlines() if line.startswith("### ")]
    assert titles == ["### Video: film.mp4", "### Sound track"]
    assert "**Transcript**" in found.text
    assert [image.media_type for image in found.images] == ["image/jpeg", "image/png"]
    assert (found.units["video_in.second"], found.units["audio_in.second"]) == pytest.approx((3, 3), abs=0.2)


async def test_video_without_frames_is_audio(tmp_path):
    found = await inspect_files(recode(sine(3.0), tmp_path / "sound.mp4"))

    assert [line for line in found.text.splitlines() if line.startswith("### ")] == ["### Audio: sound.mp4"]
    assert "video_in.second" not in found.units


async def test_video_cut_short_is_measured_up_to_the_cut(tmp_path):
    whole = film(tmp_path / "whole.mkv").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    found = await inspect_files(cut)

    assert float(table_cells(found.text)["Duration"].split()[0]) < 8
    assert len(found.images) == 1
