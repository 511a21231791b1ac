from __future__ import annotations

import struct

import pytest

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.errors import UpstreamInvalid
from core.contract.events import AudioStart
from core.providers.shared.audio.samples import SampleReader

SAMPLES = bytes(range(200))


def read(data: bytes, step: int, form: AudioFormat = AudioFormat.WAV) -> tuple[bytes, PcmShape]:
    reader = SampleReader(AudioStart(form, 24_000))
    pieces = [reader.read(data[at : at + step]) for at in range(0, len(data), step)]
    return b"".join(pieces), reader.shape


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_the_samples_of_a_wav_are_those_after_its_header(step):
    wav = wav_header(PcmShape(16_000, 2)) + SAMPLES
    assert read(wav, step) == (SAMPLES, PcmShape(16_000, 2))


@pytest.mark.parametrize("step", [1, 1000])
def test_chunks_before_and_after_the_samples_are_no_sound(step):
    header = wav_header(PcmShape(48_000), len(SAMPLES))
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    wav = header[:36] + note + header[36:] + SAMPLES + note
    assert read(wav, step) == (SAMPLES, PcmShape(48_000))


def test_pcm_is_samples():
    assert read(SAMPLES, 7, AudioFormat.PCM) == (SAMPLES, PcmShape())


def test_samples_of_another_width_are_refused():
    header = wav_header(PcmShape())
    with pytest.raises(UpstreamInvalid, match="16-bit"):
        read(header[:34] + b"\x18\0" + header[36:] + SAMPLES, 1000)


def test_a_wav_that_never_has_samples_is_refused():
    with pytest.raises(UpstreamInvalid, match="without samples"):
        read(wav_header(PcmShape())[:36] + b"LIST" + struct.pack("<I", 1 << 30) + bytes(1 << 17), 1 << 14)
