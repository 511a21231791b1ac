"""The samples of a WAV file, whatever stands before them and whatever their length claims."""

from __future__ import annotations

import io
import struct

import pytest

from core.media.worker.codecs.wav import WavSamples, find_samples

HELD = 3200
GUID = b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"


def chunk(name: bytes, body: bytes, claimed: int | None = None) -> bytes:
    return (
        name + struct.pack("<I", len(body) if claimed is None else claimed) + body + b"\0" * (len(body) % 2)
    )


def fmt(form: int = 1, channels: int = 2, rate: int = 16_000, more: bytes = b"") -> bytes:
    return chunk(b"fmt ", struct.pack("<HHIIHH", form, channels, rate, rate * 4, channels * 2, 16) + more)


def find(*chunks: bytes) -> WavSamples | None:
    content = b"RIFF\xff\xff\xff\xffWAVE" + b"".join(chunks)
    return find_samples(io.BytesIO(content), len(content))


SAMPLES = chunk(b"data", bytes(HELD))
PCM = struct.pack("<HHIH", 22, 16, 3, 1) + GUID
ADPCM = struct.pack("<HHIH", 22, 16, 3, 2) + GUID


@pytest.mark.parametrize(
    "chunks",
    [
        (fmt(), SAMPLES),
        (fmt(form=3), SAMPLES),
        (fmt(more=b"\0\0"), SAMPLES),
        (fmt(form=0xFFFE, more=PCM), SAMPLES),
        (fmt(), chunk(b"LIST", b"INFO odd"), chunk(b"fact", b"odd"), SAMPLES),
        (chunk(b"JUNK", bytes(28)), chunk(b"bext", bytes(603)), fmt(), SAMPLES),
        (fmt(), SAMPLES[:4] + b"\xff" * 4 + SAMPLES[8:]),
        (fmt(), SAMPLES[:4] + bytes(4) + SAMPLES[8:]),
        (fmt(), SAMPLES, chunk(b"id3 ", b"ID3")),
    ],
)
def test_samples_are_found(chunks):
    assert find(*chunks) == WavSamples(2, 16_000, 4, HELD)


@pytest.mark.parametrize(
    "chunks",
    [
        (),
        (SAMPLES,),
        (fmt(),),
        (fmt(), SAMPLES[:6]),
        (fmt(form=2), SAMPLES),
        (fmt(form=0xFFFE, more=ADPCM), SAMPLES),
        (fmt(form=0xFFFE), SAMPLES),
        (fmt(channels=0), SAMPLES),
        (fmt(rate=0), SAMPLES),
        (chunk(b"fmt ", b"short"), SAMPLES),
        (chunk(b"JUNK", b"", 0xFFFFFFFF), fmt(), SAMPLES),
    ],
)
def test_compressed_and_missing_samples_are_not(chunks):
    assert find(*chunks) is None
