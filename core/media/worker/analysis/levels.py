"""The level of audio every fiftieth of a second, for its waveform and its share of silence."""

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
        self._buffered = bytearray()

    @property
    def silence(self) -> float | None:
        """The silent share of the whole, None of nothing."""
        return round(self.silent / len(self.peaks), 4) if self.peaks else None

    def feed(self, frame: Any) -> None:
        self._add(self._converter.convert(frame))

    def close(self) -> None:
        self._add(self._converter.close())
        if self._buffered:
            self._measure(memoryview(self._buffered).cast("h"))

    def skip(self, seconds: float) -> None:
        """A gap in the file, which counts as silence."""
        steps = round(seconds * PER_SECOND)
        self.silent += steps
        self.peaks.extend([0.0] * steps)

    def _add(self, audio: bytes) -> None:
        self._buffered += audio
        whole = len(self._buffered) - len(self._buffered) % STEP
        samples = memoryview(bytes(self._buffered[:whole])).cast("h")
        for at in range(0, whole // SAMPLE, STEP // SAMPLE):
            self._measure(samples[at : at + STEP // SAMPLE])
        del self._buffered[:whole]

    def _measure(self, samples: memoryview[int]) -> None:
        self.peaks.append(max(max(samples), -min(samples)) / FULL)
        self.silent += sum(map(abs, samples)) < SILENT * len(samples)
