"""The audio of any media file as the recogniser takes it: 16 kHz, mono, signed 16-bit, in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.media.worker.codecs.containers import DAMAGED, MediaFile, Timeline, timestamp
from core.media.worker.codecs.demuxers import unreadable
from core.media.worker.codecs.encoders import frame_bytes, require_media_library
from core.media.worker.codecs.filter_graph import GraphResampler
from core.media.worker.codecs.mix import Mix

RATE = 16_000
SAMPLE = 2
SECOND = RATE * SAMPLE
"""Samples a second; bytes of a sample and of a second."""


def audio_chunks(media: MediaFile) -> Iterator[bytes]:
    """All audio of the file, with silence where it has a gap. Raises `JobError` if nothing decodes.

    The duration of the chunks so far is the position in the file that a player would show.
    """
    timeline = Timeline(media.origin)
    converter = MonoConverter()
    empty = True
    for frame in media.frames():
        if gap := timeline.gap(timestamp(frame.pts, frame.time_base)):
            yield bytes(round(gap * RATE) * SAMPLE)
        timeline.extend(frame.samples / (frame.sample_rate or RATE))
        empty = False
        yield converter.convert(frame)
    if empty:
        raise unreadable(DAMAGED)
    yield converter.close()


class MonoConverter:
    """Resamples and mixes down; rate and channels may change within a file.

    Where channels cancel each other in the mix, or it hardly has their sound, the loudest one is taken.
    """

    def __init__(self) -> None:
        self._shape: tuple[Any, ...] = ()
        self._resamplers: list[Any] = []
        self._mix = Mix(())

    def convert(self, frame: Any) -> bytes:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest = b""
        if shape != self._shape:
            rest = self.close()
            self._open(frame.layout)
            self._shape = shape
        frame.pts = None
        return rest + self._resample(frame)

    def close(self) -> bytes:
        """The samples still buffered."""
        rest = self._resample(None) if self._resamplers else b""
        self._resamplers, self._shape = [], ()
        return rest

    def _open(self, layout: Any) -> None:
        """A resampler of the mix, and for several channels one that keeps them; both are equally late."""
        av = require_media_library("Reading sound")
        layouts = ["mono"] if layout.nb_channels == 1 else ["mono", layout.name]
        self._resamplers = [GraphResampler(av, "s16", name, RATE) for name in layouts]
        self._mix = Mix([channel.name for channel in layout.channels])

    def _resample(self, frame: Any) -> bytes:
        mono, *channels = [
            b"".join(frame_bytes(converted) for converted in resampler.resample(frame))
            for resampler in self._resamplers
        ]
        return self._mix.choose(mono, channels[0]) if channels else mono
