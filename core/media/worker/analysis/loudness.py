"""Loudness as broadcasters measure it, EBU R 128; worker side."""

from __future__ import annotations

import math
from typing import Any

from core.media.worker.codecs.encoders import require_media_library

FLOOR = -70.0
"""What EBU R 128 tells where nothing was loud enough to be measured."""


LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
"""What channels are taken to be; a plain wav does not say."""


class FrameResampler:
    """Frames of one rate and one layout, those of the first frame, whatever the file does on the way."""

    def __init__(self) -> None:
        self._shape: tuple[Any, ...] = ()
        self._goal: tuple[str, int] = ("", 0)
        self._resampler: Any = None

    def convert(self, frame: Any) -> list[Any]:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest: list[Any] = []
        if shape != self._shape:
            rest = self.close()
            layout = LAYOUTS.get(frame.layout.nb_channels, frame.layout.name)
            self._goal = self._goal if self._goal[1] else (layout, frame.sample_rate)
            av = require_media_library("Measuring sound")
            self._resampler, self._shape = av.AudioResampler("flt", *self._goal), shape
        frame.pts = None
        return [*rest, *self._resampler.resample(frame)]

    def close(self) -> list[Any]:
        """What is still inside."""
        found: list[Any] = [] if self._resampler is None else self._resampler.resample(None)
        return found


class Loudness:
    """Takes frames of one shape."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._samples = 0
        self._graph: Any = None

    def feed(self, frame: Any) -> None:
        if self._graph is None:
            self._graph = self._meter(frame)
        frame.pts = self._samples
        self._samples += frame.samples
        self._push(frame)

    def close(self) -> None:
        """To be called once, after the last frame."""
        if self._graph is not None:
            self._push(None)

    def result(self) -> dict[str, float | None]:
        """LUFS of the whole, its range in LU, true peak in dBTP; None for sound without any."""
        whole = number(self._told.get("lavfi.r128.I"))
        peak = number(self._told.get("lavfi.r128.true_peak"))
        heard = whole is not None and whole > FLOOR
        return {
            "integrated": whole if heard else None,
            "range": number(self._told.get("lavfi.r128.LRA")) if heard else None,
            "true_peak": round(20 * math.log10(peak), 1) if peak else None,
        }

    def _meter(self, frame: Any) -> Any:
        av = require_media_library("Measuring sound")
        graph = av.filter.Graph()
        source = graph.add_abuffer(format="flt", sample_rate=frame.sample_rate, layout=frame.layout.name)
        meter = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        self._exhausted: tuple[type[BaseException], ...] = (av.BlockingIOError, av.EOFError)
        return graph

    def _push(self, frame: Any) -> None:
        self._graph.push(frame)
        while True:
            try:
                measured = self._graph.pull()
            except self._exhausted:
                return
            self._told.update(measured.metadata)


def number(told: str | None) -> float | None:
    """A finite number, None for everything else: silence is minus infinity."""
    try:
        found = float(told or "nan")
    except ValueError:
        return None
    return found if math.isfinite(found) else None
