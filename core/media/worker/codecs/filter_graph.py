"""Filter graphs without threads, of which each would take 8 MB of the address space that a worker has."""

from __future__ import annotations

from typing import Any


def filter_graph(av: Any) -> Any:
    """An empty graph of PyAV that will work in the calling thread."""
    graph = av.filter.Graph()
    if hasattr(graph, "threads"):  # older releases choose themselves
        graph.threads = 1
    return graph


class GraphResampler:
    """Audio frames into another sample format, layout and rate, in frames of `frame_size` where given.

    As PyAV's `AudioResampler`, whose graph has a thread for each processor.
    """

    def __init__(
        self, av: Any, sample_format: str, layout: str, rate: int, frame_size: int | None = None
    ) -> None:
        self._av = av
        self._target = (sample_format, layout, rate)
        self._frame_size = frame_size
        self._graph: Any = None

    def resample(self, frame: Any) -> list[Any]:
        """The frames that are complete; None flushes."""
        if self._graph is None:
            if frame is None:
                return []
            if self._frame_size is None and self._target == shape_of(frame):
                return [frame]
            self._graph = self._configured(frame)
        self._graph.push(frame)
        frames = []
        while True:
            try:
                frames.append(self._graph.pull())
            except (self._av.BlockingIOError, self._av.EOFError):
                return frames

    def _configured(self, frame: Any) -> Any:
        sample_format, layout, rate = self._target
        graph = filter_graph(self._av)
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        target = graph.add(
            "aformat", sample_rates=str(rate), sample_fmts=sample_format, channel_layouts=layout
        )
        sink = graph.add("abuffersink")
        source.link_to(target)
        target.link_to(sink)
        graph.configure()
        if self._frame_size:
            graph.set_audio_frame_size(self._frame_size)
        return graph


def shape_of(frame: Any) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate
