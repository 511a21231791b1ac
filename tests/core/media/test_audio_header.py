from __future__ import annotations

import pytest

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.media.audio_frames import FrameTimer, Mp3Frames
from core.media.audio_header import (
    Duration,
    audio_format,
    duration,
    pcm_shape,
    wav_header_with_sizes,
)
from tests.fakes.audio import FRAME, audio_bytes


@pytest.mark.parametrize("audio", [AudioFormat.WAV, AudioFormat.OPUS, AudioFormat.FLAC])
def test_signature_names_what_says_its_name(audio):
    assert audio_format(audio_bytes(audio)) is audio


@pytest.mark.parametrize("head", [b"", b"\0\0", FRAME, b"RIF"])
def test_signature_of_bare_bytes_is_none(head):
    assert audio_format(head) is None


@pytest.mark.parametrize(
    ("audio", "head", "media_type", "expected"),
    [
        (AudioFormat.PCM, b"\0\0", "audio/pcm", PcmShape(24000, 1)),
        (AudioFormat.PCM, b"\0\0", "audio/pcm;rate=16000;channels=2", PcmShape(16000, 2)),
        (AudioFormat.PCM, b"\0\0", "audio/pcm;rate=999999", PcmShape(24000, 1)),
        (AudioFormat.WAV, wav_header(PcmShape(48000, 2)), "audio/wav", PcmShape(48000, 2)),
        (AudioFormat.MP3, FRAME, "audio/mpeg", PcmShape(24000, 1)),
    ],
)
def test_shape_is_read_from_header_or_label(audio, head, media_type, expected):
    assert pcm_shape(audio, head, media_type) == expected


def test_streamed_wav_header_gets_its_sizes():
    streamed = wav_header(PcmShape(48_000, 2))
    assert wav_header_with_sizes(streamed, 1044) == wav_header(PcmShape(48_000, 2), 1000)
    assert wav_header_with_sizes(streamed[:43], 1044) is None
    assert wav_header_with_sizes(FRAME * 44, 1044) is None


def test_length_of_samples_is_exact():
    assert duration(AudioFormat.PCM, 48_000, b"", PcmShape()) == Duration(1.0, exact=True)
    assert duration(AudioFormat.WAV, 48_044, b"", PcmShape()) == Duration(1.0, exact=True)


def test_length_of_frames_is_that_of_all_of_them():
    frames = FrameTimer(Mp3Frames())
    frames.add(FRAME * 50)
    assert duration(AudioFormat.MP3, 4800, FRAME, PcmShape(), frames) == Duration(
        pytest.approx(1.2), exact=True
    )


@pytest.mark.parametrize("frames", [None, FrameTimer(Mp3Frames())])
def test_length_without_frames_follows_a_usual_bit_rate(frames):
    found = duration(AudioFormat.MP3, 8000, b"\0" * 20, PcmShape(), frames)
    assert found == Duration(1.0, exact=False)


def test_length_beside_many_other_bytes_is_a_guess():
    frames = FrameTimer(Mp3Frames())
    frames.add(FRAME + bytes(40))
    assert duration(AudioFormat.MP3, 136, FRAME, PcmShape(), frames) == Duration(
        pytest.approx(0.024), exact=False
    )


def flac_head(samples: int) -> bytes:
    return b"fLaC\0\0\0\x22" + bytes(10) + (44_100 << 44 | 1 << 41 | 15 << 36 | samples).to_bytes(8)


def test_length_of_flac_is_in_its_head():
    assert duration(AudioFormat.FLAC, 9000, flac_head(66_150), PcmShape()) == Duration(1.5, exact=True)
    assert duration(AudioFormat.FLAC, 27_500, flac_head(0), PcmShape()) == Duration(1.0, exact=False)
    assert duration(AudioFormat.FLAC, 27_500, b"fLaC", PcmShape()) == Duration(1.0, exact=False)
