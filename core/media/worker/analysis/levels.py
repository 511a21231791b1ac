"""The level of sound every fiftieth of a second: for a picture of it, and for how much of it is silence."""

from __future__ import annotations

from array import array
from typing import Any

from core.media.worker.codecs.pcm import RATE, SAMPLE, MonoConverter

PER_SECOND = 50
STEP = RATE // PER_SECOND * SAMPLE
FULL = 32768
SILENT = FULL * 10 ** (-50 / 20)
"""Mean of a step's samples: 50 decibels below full scale is silence."""


class Levels:
    """Takes decoded frames of any shape."""

    def __init__(self) -> None:
        self.peaks = array("f")
        """The highest sample of each step, from 0 to 1."""
        self.silent = 0
        self._converter = MonoConverter()
        self._waiting = bytearray()

    @property
    def silence(self) -> float | None:
        """The silent share of the whole, None of nothing."""
        return round(self.silent / len(self.peaks), 4) if self.peaks else None

    def feed(self, frame: Any) -> None:
        self._take(self._converter.convert(frame))

    def close(self) -> None:
        self._take(self._converter.close())
        if self._waiting:
            self._note(memoryview(self._waiting).cast("h"))

    def skip(self, seconds: float) -> None:
        """A stretch of nothing that no frame brings."""
        steps = round(seconds * PER_SECOND)
        self.silent += steps
        self.peaks.extend([0.0] * steps)

    def _take(self, sound: bytes) -> None:
        self._waiting += sound
        whole = len(self._waiting) - len(self._waiting) % STEP
        samples = memoryview(bytes(self._waiting[:whole])).cast("h")
        for at in range(0, whole // SAMPLE, STEP // SAMPLE):
            self._note(samples[at : at + STEP // SAMPLE])
        del self._waiting[:whole]

    def _note(self, samples: memoryview[int]) -> None:
        self.peaks.append(max(max(samples), -min(samples)) / FULL)
        self.silent += sum(map(abs, samples)) < SILENT * len(samples)
