"""Loudness by EBU R 128, as broadcasters measure it."""

from __future__ import annotations

import math
from typing import Any

from core.media.worker.codecs.encoders import require_media_library
from core.media.worker.codecs.filter_graph import GraphResampler, filter_graph

FLOOR = -70.0
"""LUFS that the meter reports where nothing was loud enough to be measured."""

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
"""Layouts by number of channels; a plain wav does not declare its own."""


class FrameResampler:
    """Converts frames to the rate and the layout of the first frame; they may change within a file."""

    def __init__(self) -> None:
        self._shape: tuple[Any, ...] = ()
        self._target: tuple[str, int] = ("", 0)
        self._resampler: Any = None

    def convert(self, frame: Any) -> list[Any]:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest: list[Any] = []
        if shape != self._shape:
            rest = self.close()
            layout = LAYOUTS.get(frame.layout.nb_channels, frame.layout.name)
            self._target = self._target if self._target[1] else (layout, frame.sample_rate)
            av = require_media_library("Measuring sound")
            self._resampler, self._shape = GraphResampler(av, "flt", *self._target), shape
        frame.pts = None
        return [*rest, *self._resampler.resample(frame)]

    def close(self) -> list[Any]:
        """The frames still buffered."""
        found: list[Any] = [] if self._resampler is None else self._resampler.resample(None)
        return found


class Loudness:
    """Takes frames of one rate and layout."""

    def __init__(self) -> None:
        self._metadata: dict[str, str] = {}
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
        """Integrated loudness in LUFS, range in LU, true peak in dBTP; None where too quiet."""
        whole = number(self._metadata.get("lavfi.r128.I"))
        peak = number(self._metadata.get("lavfi.r128.true_peak"))
        audible = whole is not None and whole > FLOOR
        return {
            "integrated": whole if audible else None,
            "range": number(self._metadata.get("lavfi.r128.LRA")) if audible else None,
            "true_peak": round(20 * math.log10(peak), 1) if peak else None,
        }

    def _meter(self, frame: Any) -> Any:
        av = require_media_library("Measuring sound")
        graph = filter_graph(av)
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
            self._metadata.update(measured.metadata)


def number(text: str | None) -> float | None:
    """A finite number, None for everything else: silence is minus infinity."""
    try:
        found = float(text or "nan")
    except ValueError:
        return None
    return found if math.isfinite(found) else None
