"""Change the sample rate of mono sound without any library, for an installation that has none."""

from __future__ import annotations

import sys
from array import array


class LinearResampler:
    """Signed 16-bit little-endian mono to another rate by straight lines; keeps its place between calls."""

    def __init__(self, source: int, target: int) -> None:
        self.step = source / target
        self._place = 0.0
        self._held = array("h")

    def convert(self, sound: bytes) -> bytes:
        """The samples that this piece completes."""
        held = self._held
        held.frombytes(_native(sound))
        if len(held) < 2:
            return b""
        last = len(held) - 1
        count = max(0, int((last - self._place) / self.step) + 1)
        made = array("h", bytes(2 * count))
        place = self._place
        for index in range(count):
            left = min(int(place), last - 1)
            made[index] = int(held[left] + (held[left + 1] - held[left]) * (place - left))
            place += self.step
        keep = min(int(place), last)
        self._place = place - keep
        self._held = held[keep:]
        return _native(made.tobytes())


def _native(sound: bytes) -> bytes:
    if sys.byteorder == "little":
        return sound
    samples = array("h", sound)
    samples.byteswap()
    return samples.tobytes()
