"""Playing time from frame headers."""

from __future__ import annotations

import struct

import pytest

from core.contract.audio import AudioFormat
from core.media.audio_frames import FRAME_FORMATS, FrameTimer
from tests.fakes.audio import FRAME, VARIABLE, mp3_frame

ID3 = b"ID3\x04\0\0\0\0\x02\0" + b"\xff\xf3\x44\xc4" * 64


def adts_frame(size: int = 200) -> bytes:
    """24 kHz, one block of 1024 samples."""
    return bytes([0xFF, 0xF1, 6 << 2, 0x40 | size >> 11, size >> 3 & 255, (size & 7) << 5, 0]).ljust(
        size, b"\0"
    )


def ogg_page(granule: int, body: bytes = bytes(300), flags: int = 0) -> bytes:
    lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
    return struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, 0, 0, len(lacing)) + lacing + body


OPUS_HEAD = ogg_page(0, b"OpusHead\1\1" + struct.pack("<HIhB", 312, 24_000, 0, 0), flags=2)
OPUS = OPUS_HEAD + ogg_page(0, b"OpusTags") + ogg_page(48_312) + ogg_page(-1) + ogg_page(96_312, flags=4)


@pytest.mark.parametrize("size", [1, 7, 95, 4096, 10**6])
@pytest.mark.parametrize(
    ("audio", "data", "seconds", "unread"),
    [
        (AudioFormat.MP3, VARIABLE, 4.248, 0),
        (AudioFormat.MP3, ID3 + VARIABLE, 4.248, 0),
        (AudioFormat.MP3, mp3_frame(80, bytes(9) + b"Info") + VARIABLE, 4.248, 0),
        (AudioFormat.MP3, bytes(417) + VARIABLE, 4.248, 417),
        (AudioFormat.MP3, FRAME * 10 + FRAME[:50], 0.24, 0),
        (AudioFormat.MP3, b"\xff\xfb\x90\xc4" + bytes(413), 1152 / 44_100, 0),
        (AudioFormat.AAC, adts_frame() * 30 + adts_frame(900), 31 * 1024 / 24_000, 0),
        (AudioFormat.OPUS, OPUS, 2.0, 0),
        (AudioFormat.OPUS, OPUS * 2, 4.0, 0),
    ],
)
def test_time_is_that_of_all_frames_however_they_are_cut(size, audio, data, seconds, unread):
    timer = FrameTimer(FRAME_FORMATS[audio]())
    for at in range(0, len(data), size):
        timer.add(data[at : at + size])
    assert (timer.seconds, timer.unread) == (pytest.approx(seconds), unread)


@pytest.mark.parametrize("audio", FRAME_FORMATS)
def test_other_bytes_have_no_time(audio):
    timer = FrameTimer(FRAME_FORMATS[audio]())
    timer.add(b"not audio at all " * 99)
    assert timer.seconds == 0


def test_a_real_file_is_measured_as_it_plays(data):
    timer = FrameTimer(FRAME_FORMATS[AudioFormat.MP3]())
    timer.add((data / "samples" / "marcelo.mp3").read_bytes())
    assert timer.seconds == pytest.approx(4.488, abs=0.06)
