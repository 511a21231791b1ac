"""Speech made slower or faster than the engine can, at the same pitch."""

from __future__ import annotations

from typing import Any

from core.contract.audio import PcmShape
from core.media.worker.codecs.encoders import Encoder, frame_bytes, raw_frame, require_media_library
from core.media.worker.codecs.filter_graph import filter_graph


class TempoEncoder:
    """Stretches or compresses audio by `tempo` (0.5 to 4) on its way to another encoder."""

    def __init__(self, tempo: float, shape: PcmShape, following: Encoder) -> None:
        av = require_media_library("This speed")
        self._following = following
        self._shape = shape
        self._samples = 0
        self._graph = graph = filter_graph(av)
        source = graph.add_abuffer(format="s16", sample_rate=shape.sample_rate, layout="mono")
        stretch = graph.add("atempo", f"{tempo:.6f}")
        layout = graph.add("aformat", "sample_fmts=s16:channel_layouts=mono")
        sink = graph.add("abuffersink")
        source.link_to(stretch)
        stretch.link_to(layout)
        layout.link_to(sink)
        graph.configure()
        self._exhausted: tuple[type[BaseException], ...] = (av.BlockingIOError, av.EOFError)

    def write(self, samples: bytes) -> None:
        frame = raw_frame(samples, self._shape, self._samples)
        self._samples += frame.samples
        self._push(frame)

    def close(self) -> None:
        self._push(None)
        self._following.close()

    def _push(self, frame: Any) -> None:
        self._graph.push(frame)
        while True:
            try:
                stretched = self._graph.pull()
            except self._exhausted:
                return
            self._following.write(frame_bytes(stretched))
