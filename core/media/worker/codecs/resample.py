"""Resampling of mono audio without any library, for installations without PyAV."""

from __future__ import annotations

import sys
from array import array


class LinearResampler:
    """Signed 16-bit little-endian mono to another rate by linear interpolation, continuous between calls."""

    def __init__(self, source: int, target: int) -> None:
        self.step = source / target
        self._position = 0.0
        self._buffered = array("h")

    def convert(self, audio: bytes) -> bytes:
        """The samples that can be computed with this chunk."""
        buffered = self._buffered
        buffered.frombytes(_native(audio))
        if len(buffered) < 2:
            return b""
        last = len(buffered) - 1
        count = max(0, int((last - self._position) / self.step) + 1)
        resampled = array("h", bytes(2 * count))
        position = self._position
        for index in range(count):
            left = min(int(position), last - 1)
            resampled[index] = int(buffered[left] + (buffered[left + 1] - buffered[left]) * (position - left))
            position += self.step
        keep = min(int(position), last)
        self._position = position - keep
        self._buffered = buffered[keep:]
        return _native(resampled.tobytes())


def _native(audio: bytes) -> bytes:
    if sys.byteorder == "little":
        return audio
    samples = array("h", audio)
    samples.byteswap()
    return samples.tobytes()
