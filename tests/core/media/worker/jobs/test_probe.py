"""What a file is, by its content alone; anything unknown is refused and does no harm."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from itertools import product
from pathlib import Path

import av
import pytest

from core.contract.audio import Probe
from core.contract.errors import InvalidRequest, Unavailable
from core.media.client import probe
from core.media.pool.pool import Pool
from core.media.pool.process import ROOT
from core.media.pool.shared import shared_pool
from core.media.worker.codecs.containers import ALL_GAPS, Timeline
from tests.fakes.audio_files import CONTAINERS, RATE, broken_wav, image, recode, write_wav

pytestmark = pytest.mark.anyio

EXPECTED = {
    "wav": ("wav", "audio/wav", "pcm_s16le"),
    "mp3": ("mp3", "audio/mpeg", "mp3"),
    "flac": ("flac", "audio/flac", "flac"),
    "ogg": ("ogg", "audio/ogg", "opus"),
    "m4a": ("mp4", "audio/mp4", "aac"),
    "aac": ("aac", "audio/aac", "aac"),
    "aiff": ("aiff", "audio/aiff", "pcm_s16be"),
    "webm": ("webm", "audio/webm", "opus"),
    "mp4": ("mp4", "audio/mp4", "aac"),
    "mov": ("mov", "audio/mp4", "pcm_s16le"),
}
PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
CONCAT = "ffconcat version 1.0\nfile '/etc/passwd'\n"
DASH = '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>'


def png(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def write_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", CONTAINERS)
async def test_sound_of_every_container_is_measured(speech_samples, tmp_path, suffix):
    found = await probe(recode(speech_samples, tmp_path / f"sound.{suffix}"))

    assert ("audio", *EXPECTED[suffix]) == (found.kind, found.container, found.media_type, found.codec)
    assert (found.channels, found.sample_rate) == (1, CONTAINERS[suffix][2])
    assert found.seconds == pytest.approx(3.0, abs=0.15)


def extensible(wav: bytes) -> bytes:
    """The same with a longer `fmt ` chunk, which names its sample format by a GUID."""
    guid = b"\1\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    fmt = b"\xfe\xff" + wav[22:36] + struct.pack("<HHI", 22, 16, 4) + guid
    return wav[:12] + b"fmt " + struct.pack("<I", len(fmt)) + fmt + wav[36:]


def listed(wav: bytes) -> bytes:
    return wav[:36] + b"LIST\x1a\0\0\0INFOISFT\x0d\0\0\0Lavf60.16.10\0\0" + wav[36:]


def unsized(wav: bytes) -> bytes:
    return wav[:4] + b"\xff" * 4 + wav[8:40] + b"\xff" * 4 + wav[44:]


def empty_sized(wav: bytes) -> bytes:
    return wav[:4] + bytes(4) + wav[8:40] + bytes(4) + wav[44:]


@pytest.mark.parametrize("change", [extensible, listed, unsized, empty_sized])
async def test_wav_with_odd_chunks_and_sizes_is_measured(aligner, tmp_path, change):
    found = await probe(write_file(tmp_path / "odd.wav", change(broken_wav(claimed=RATE, held=RATE))))

    assert (found.container, found.media_type, found.channels) == ("wav", "audio/wav", 1)
    assert found.seconds == 0.5


async def test_chained_streams_of_ogg_are_measured_to_the_end(speech_samples, tmp_path):
    first = recode(speech_samples, tmp_path / "first.ogg").read_bytes()
    found = await probe(write_file(tmp_path / "chained.ogg", first * 2))

    assert (found.media_type, found.codec) == ("audio/ogg", "opus")
    assert found.seconds == pytest.approx(6.0, abs=0.3)


TAG = b"ID3\4\0\0\0\0\0\x14TIT2\0\0\0\x09\0\0\0abcdefgh\0"


PADDING = (TAG * 2, bytes(417), TAG + bytes(1500))
JUNK = bytes(range(256)) * 4


@pytest.mark.parametrize(
    ("suffix", "before"),
    [*product(("mp3", "aac", "flac"), PADDING), ("mp3", JUNK), ("aac", JUNK)],
)
async def test_what_stands_before_a_stream_is_skipped(speech_samples, tmp_path, suffix, before):
    path = recode(speech_samples, tmp_path / f"sound.{suffix}")
    found = await probe(write_file(path, before + path.read_bytes()))

    assert (found.container, found.media_type, found.codec) == EXPECTED[suffix]
    assert found.seconds == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize(
    ("case", "media_type"),
    [
        ("id3-flac.flac", "audio/flac"),
        ("id3-aac.aac", "audio/aac"),
        ("zero-padded.mp3", "audio/mpeg"),
    ],
)
async def test_reported_files_are_what_their_bytes_are(aligner, data, case, media_type):
    found = await probe(data / "cases" / case)

    assert found.media_type == media_type
    assert (found.seconds or 0) > 1


async def test_the_name_does_not_matter(speech_samples, tmp_path):
    path = recode(speech_samples, tmp_path / "sound.ogg").rename(tmp_path / "sound.mp3")

    assert (await probe(path)).media_type == "audio/ogg"


async def test_recording_without_a_duration_is_counted(speech_samples, tmp_path):
    path = recode(speech_samples, tmp_path / "sound.webm", piped=True)
    with av.open(str(path)) as container:
        assert container.duration is None

    assert (await probe(path)).seconds == pytest.approx(3.0, abs=0.1)


async def test_video_tells_its_picture_and_its_sound(speech_samples, tmp_path):
    found = await probe(recode(speech_samples, tmp_path / "film.mp4", picture=True))

    assert (found.kind, found.media_type, found.video_codec) == ("video", "video/mp4", "mpeg4")
    assert (found.width, found.height, found.codec) == (64, 48, "aac")
    assert found.seconds == pytest.approx(3.0, abs=0.1)


async def test_an_mpeg_film_is_measured(aligner, tmp_path):
    path = tmp_path / "film.mpg"
    with av.open(str(path), "w", format="mpeg") as output:
        stream = output.add_stream("mpeg1video", rate=25, width=64, height=48)
        for number in range(50):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    found = await probe(path)

    assert (found.kind, found.container, found.media_type) == ("video", "mpeg", "video/mpeg")
    assert (found.video_codec, found.width, found.height) == ("mpeg1video", 64, 48)
    assert found.seconds == pytest.approx(2.0, abs=0.1)


async def test_cover_of_a_song_makes_no_video(speech_samples, tmp_path, data):
    song = recode(speech_samples, tmp_path / "song.mp3").read_bytes()
    picture = b"\0image/jpeg\0\x03\0" + (data / "samples" / "kiwi.jpg").read_bytes()
    frame = b"APIC" + struct.pack(">IH", len(picture), 0) + picture
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path = write_file(tmp_path / "covered.mp3", b"ID3\x03\0\0" + size + frame + song)

    found = await probe(path)

    assert (found.kind, found.media_type, found.width) == ("audio", "audio/mpeg", None)
    assert found.seconds == pytest.approx(3.0, abs=0.1)


async def test_silent_film_without_lengths_is_counted_by_its_moments(aligner, tmp_path):
    path = tmp_path / "film.webm"
    with av.open(str(path), "w", format="webm") as output:
        stream = output.add_stream("libvpx", rate=10, width=64, height=48)
        for number in range(30):
            output.mux(stream.encode(image(number)))
        output.mux(stream.encode(None))
    found = await probe(path)

    assert (found.kind, found.media_type, found.codec) == ("video", "video/webm", None)
    assert found.seconds == pytest.approx(3.0, abs=0.2)


async def test_declared_length_is_not_believed(aligner, tmp_path):
    path = write_file(tmp_path / "sound.wav", broken_wav(claimed=10 * 3600 * RATE * 2, held=RATE * 2))

    assert (await probe(path)).seconds == 1.0


async def test_film_cut_short_is_as_long_as_what_is_there(speech_samples, tmp_path):
    whole = tmp_path / "whole.mp4"
    with av.open(str(whole), "w", format="mp4", options={"movflags": "faststart"}) as output:
        stream = output.add_stream("aac", rate=RATE, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(speech_samples) // 2, align=1)
        frame.sample_rate = RATE
        frame.planes[0].update(speech_samples)
        for made in [*av.AudioResampler("fltp", "mono", RATE, 1024).resample(frame), None]:
            output.mux(stream.encode(made))
    content = whole.read_bytes()

    found = await probe(write_file(tmp_path / "cut.mp4", content[: len(content) // 2]))

    assert 0.5 < found.seconds < 2.0


async def test_gaps_count_where_they_can_be_believed():
    timeline = Timeline(origin=2.0)
    assert timeline.gap(2.1) == 0.0
    timeline.extend(1.0)
    assert timeline.gap(4.5) == 1.5
    assert timeline.seconds == 2.5
    assert timeline.gap(36_000.0) == 0.0
    assert timeline.gap(1.0) == 0.0
    assert timeline.gap(None) == 0.0

    for _ in range(1000):
        timeline.gap(2.0 + timeline.seconds + 50.0)
    assert timeline.seconds <= 2.5 + ALL_GAPS


async def test_pictures_tell_their_size(aligner, tmp_path):
    gif = b"GIF89a" + struct.pack("<HH", 7, 5)
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 20, 30)
    webp = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + (99).to_bytes(3, "little") + (49).to_bytes(3, "little")

    assert await probe(write_file(tmp_path / "a", png(640, 480))) == Probe(
        "image", "png", "image/png", width=640, height=480
    )
    assert await probe(write_file(tmp_path / "b", gif)) == Probe(
        "image", "gif", "image/gif", width=7, height=5
    )
    assert await probe(write_file(tmp_path / "c", jpeg)) == Probe(
        "image", "jpeg", "image/jpeg", width=30, height=20
    )
    assert await probe(write_file(tmp_path / "d", webp)) == Probe(
        "image", "webp", "image/webp", width=100, height=50
    )


async def test_real_files_tell_what_they_are(aligner, data):
    samples = data / "samples"

    assert await probe(samples / "jfk.flac") == Probe(
        "audio", "flac", "audio/flac", seconds=11.0, codec="flac", channels=2, sample_rate=44_100
    )
    assert await probe(samples / "kiwi.jpg") == Probe("image", "jpeg", "image/jpeg", width=597, height=566)
    assert await probe(samples / "dummy.pdf") == Probe("pdf", "pdf", "application/pdf", pages=1)
    film = await probe(samples / "small_video.mp4")
    assert (film.kind, film.width, film.height, film.codec) == ("video", 1280, 720, None)


HOSTILE = {
    "empty": b"",
    "header-only.wav": broken_wav(claimed=0, held=0),
    "no-channels.wav": broken_wav(channels=0),
    "no-rate.wav": broken_wav(rate=0),
    "text.mp3": b"This is a letter, not a song. " * 100,
    "wide-text.mp3": ("This is a letter, not a song. " * 100).encode("utf-16"),
    "page.mp3": b"<!doctype html><title>No song</title>" * 50,
    "drawing.mp3": b'<svg xmlns="http://www.w3.org/2000/svg"/>' * 50,
    "program.mp3": b"\x7fELF\x02\x01\x01" + bytes(4000),
    "tagged-nothing.mp3": b"ID3\x04\0\0\0\0\x00\x05" + b"hello" + b"no frames here " * 100,
    "hls.mp4": PLAYLIST.encode(),
    "concat.wav": CONCAT.encode(),
    "dash.webm": DASH.encode(),
    "half-a-box.mp4": b"\0\0\0\x18ftypisom" + bytes(8),
    "half-a-header.webm": b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01webm",
    "noise.ogg": b"OggS" + bytes(range(256)) * 20,
    "noise.flac": b"fLaC" + bytes(range(256)) * 20,
    "noise.aiff": b"FORM\0\0\x10\0AIFF" + bytes(range(256)) * 10,
    "flood.png": png(50_000, 50_000),
    "nothing.png": png(0, 5),
    "cut.png": png(5, 5)[:18],
    "endless.jpg": b"\xff\xd8\xff" + b"\xff" * 5000,
    "broken.pdf": b"%PDF-1.7\nnothing",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_files_are_refused_by_a_healthy_worker(speech_samples, tmp_path, name):
    good = write_wav(tmp_path / "good.wav", speech_samples)
    await probe(good)
    workers = shared_pool("probe").process_ids

    with pytest.raises(InvalidRequest) as refusal:
        await probe(write_file(tmp_path / name, HOSTILE[name]))

    assert (refusal.value.provider_code, refusal.value.param) == ("unsupported_media", "file")
    assert (await probe(good)).seconds == 3.0
    assert shared_pool("probe").process_ids == workers


async def test_archive_with_sound_in_it_is_refused(speech_samples, tmp_path):
    with zipfile.ZipFile(tmp_path / "sound.mp3", "w") as archive:
        archive.writestr("sound.wav", broken_wav())

    with pytest.raises(InvalidRequest, match="no kind of file"):
        await probe(tmp_path / "sound.mp3")


async def test_without_libraries_plain_files_are_still_measured(tmp_path):
    for name in ("av", "pypdfium2"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('no libraries here')\n")
    pool = Pool(1, environment={"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])})
    sound = write_file(tmp_path / "sound.wav", broken_wav(claimed=10 * RATE * 2, held=RATE * 2))
    try:
        found = await pool.result("probe", {"path": str(sound)})
        picture = await pool.result("probe", {"path": str(write_file(tmp_path / "p.png", png(64, 48)))})
        page = await pool.result("probe", {"path": str(write_file(tmp_path / "p.pdf", b"%PDF-1.7\n"))})
        with pytest.raises(Unavailable, match=r"polyphony\[local\]"):
            await pool.result("probe", {"path": str(write_file(tmp_path / "s.flac", b"fLaC" + bytes(60)))})
        with pytest.raises(InvalidRequest, match="no sound"):
            await pool.result("probe", {"path": str(write_file(tmp_path / "e.wav", broken_wav(held=0)))})
    finally:
        pool.close()

    assert Probe(**found) == Probe(
        "audio", "wav", "audio/wav", seconds=1.0, codec="pcm", channels=1, sample_rate=RATE
    )
    assert (picture["width"], picture["height"]) == (64, 48)
    assert page["pages"] is None
