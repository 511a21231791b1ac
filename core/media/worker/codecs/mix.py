"""The mix of several channels, or the loudest of them where the mix loses what it says."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import mul

STRIDE = 7
"""Every seventh sample is measured, which is enough for a level."""

LOST, FOUND = 0.1, 0.2
"""Shares of the loudest channel's energy: with less than the first the mix is left for that channel, with
more than the second it is taken again. One of two channels alone has a quarter of its energy in the mix."""

HALF_LIFE = 1600
"""Samples after which a level counts half."""


class Mix:
    """Chooses for blocks of samples in order, by the levels of the recent ones.

    `channels` are FFmpeg's names; the one of low frequencies (`LFE`) is never chosen.
    """

    def __init__(self, channels: Sequence[str]) -> None:
        self._names = ("mix", *channels)
        self._levels = [0.0] * len(self._names)
        self._chosen = 0

    def choose(self, mix: bytes, channels: bytes) -> bytes:
        """Signed 16-bit samples of one channel: those of `mix`, or one of the interleaved `channels`."""
        every = memoryview(channels).cast("h")
        count = len(self._names) - 1
        self._measure([memoryview(mix).cast("h"), *(every[number::count] for number in range(count))])
        return array("h", every[self._chosen - 1 :: count]).tobytes() if self._chosen else mix

    def _measure(self, signals: list[memoryview[int]]) -> None:
        kept = 0.5 ** (len(signals[0]) / HALF_LIFE)
        for number, signal in enumerate(signals):
            if self._names[number] != "LFE":
                measured = signal[::STRIDE]
                self._levels[number] = self._levels[number] * kept + sum(map(mul, measured, measured))
        mixed, loudest = self._levels[0], max(self._levels[1:])
        if mixed < LOST * loudest:
            self._chosen = self._levels.index(loudest, 1)
        elif mixed > FOUND * loudest:
            self._chosen = 0
