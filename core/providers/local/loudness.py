"""Loudness as broadcasters measure it, and the level of every fiftieth of a second; worker side."""

from __future__ import annotations

import math
from array import array
from typing import Any

from core.providers.local.encoders import need_media_library

SILENT = -50.0
"""Decibels of full scale, on average over one step: quieter is silence."""

PER_SECOND = 50
"""Levels of one second."""

FLOOR = -70.0
"""What EBU R 128 tells where nothing was loud enough to be measured."""

LEVELS = "metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level+RMS_level"


class Loudness:
    """Takes decoded frames; a file may change its rate or its channels on the way."""

    def __init__(self) -> None:
        self.peaks = array("f")
        """The highest sample of each step, from 0 to 1."""
        self.silent = 0
        self.told: dict[str, str] = {}
        self._shape: tuple[Any, ...] = ()
        self._rate = 0
        self._layout = ""
        self._samples = 0
        self._resampler: Any = None
        self._graph: Any = None

    def feed(self, frame: Any) -> None:
        self._fit(frame)
        frame.pts = None
        for made in self._resampler.resample(frame):
            self._push(made)

    def close(self) -> None:
        """What is still inside is measured; to be called once, after the last frame."""
        if self._graph is not None:
            for made in self._resampler.resample(None):
                self._push(made)
            self._push(None)

    def skip(self, seconds: float) -> None:
        """A stretch of nothing that no frame brings."""
        steps = round(seconds * PER_SECOND)
        self.silent += steps
        self.peaks.extend([0.0] * steps)

    def result(self) -> dict[str, float | None]:
        """LUFS of the whole, its range in LU, true peak in dBTP; None for sound without any."""
        whole = number(self.told.get("lavfi.r128.I"))
        peak = number(self.told.get("lavfi.r128.true_peak"))
        heard = whole is not None and whole > FLOOR
        return {
            "integrated": whole if heard else None,
            "range": number(self.told.get("lavfi.r128.LRA")) if heard else None,
            "true_peak": round(20 * math.log10(peak), 1) if peak else None,
            "silence": round(self.silent / len(self.peaks), 4) if self.peaks else None,
        }

    def _fit(self, frame: Any) -> None:
        """The first frame decides the rate and the channels of everything after it."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape == self._shape:
            return
        av = need_media_library("Measuring sound")
        if self._graph is None:
            self._rate, self._layout = frame.sample_rate, frame.layout.name
            self._graph = self._meter(av)
        elif self._resampler is not None:
            for made in self._resampler.resample(None):
                self._push(made)
        self._resampler, self._shape = av.AudioResampler("flt", self._layout, self._rate), shape

    def _meter(self, av: Any) -> Any:
        graph = av.filter.Graph()
        source = graph.add_abuffer(format="flt", sample_rate=self._rate, layout=self._layout)
        meter = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        steps = graph.add("asetnsamples", f"n={max(1, self._rate // PER_SECOND)}:p=0")
        levels = graph.add("astats", LEVELS)
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(steps)
        steps.link_to(levels)
        levels.link_to(sink)
        graph.configure()
        self._exhausted: tuple[type[BaseException], ...] = (av.BlockingIOError, av.EOFError)
        return graph

    def _push(self, frame: Any) -> None:
        if frame is not None:
            frame.pts = self._samples
            self._samples += frame.samples
        self._graph.push(frame)
        while True:
            try:
                measured = self._graph.pull()
            except self._exhausted:
                return
            self._note(measured.metadata)

    def _note(self, told: dict[str, str]) -> None:
        self.told.update(told)
        mean = number(told.get("lavfi.astats.Overall.RMS_level"))
        peak = number(told.get("lavfi.astats.Overall.Peak_level"))
        self.silent += mean is None or mean < SILENT
        self.peaks.append(0.0 if peak is None else min(1.0, 10 ** (peak / 20)))


def number(told: str | None) -> float | None:
    """A finite number, None for everything else: silence is minus infinity."""
    try:
        found = float(told or "nan")
    except ValueError:
        return None
    return found if math.isfinite(found) else None
