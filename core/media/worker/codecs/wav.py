"""The samples of a WAV file, found without any library.

http://soundfile.sapp.org/doc/WaveFormat/ and Microsoft's WAVEFORMATEXTENSIBLE
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

PLAIN = (1, 3)
"""Formats of uncompressed samples: integers and floats."""

EXTENSIBLE = 0xFFFE
"""The format's number is then the beginning of a GUID at byte 24 of the chunk."""

SHORTEST, LONGEST = 16, 40
"""Bytes of a `fmt ` chunk, of which the longest is read."""


@dataclass(frozen=True, slots=True)
class WavSamples:
    """`frame` is the size in bytes of one sample of each channel, `size` that of all samples."""

    channels: int
    sample_rate: int
    frame: int
    size: int


def find_samples(file: BinaryIO, size: int) -> WavSamples | None:
    """The samples of an open WAV file of `size` bytes, whatever chunks stand before them and whatever length
    is claimed for them; None where they are compressed or missing."""
    file.seek(12)
    shape: tuple[int, int, int] | None = None
    while len(header := file.read(8)) == 8:
        name, claimed = header[:4], int.from_bytes(header[4:], "little")
        if name == b"data":
            held = size - file.tell()
            return WavSamples(*shape, min(claimed or held, held)) if shape else None
        body = file.read(min(claimed, LONGEST))
        if name == b"fmt ":
            shape = read_shape(body)
        file.seek(claimed - len(body) + claimed % 2, 1)
    return None


def read_shape(fmt: bytes) -> tuple[int, int, int] | None:
    """Channels, rate and bytes of a frame, by a `fmt ` chunk; None for compressed samples and nonsense."""
    if len(fmt) < SHORTEST:
        return None
    form, channels, rate, _, frame = struct.unpack_from("<HHIIH", fmt)
    if form == EXTENSIBLE and len(fmt) >= LONGEST:
        form = int.from_bytes(fmt[24:26], "little")
    return (channels, rate, frame) if form in PLAIN and channels and rate and frame else None
