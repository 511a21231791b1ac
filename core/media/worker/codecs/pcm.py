"""The audio of any media file as the recogniser takes it: 16 kHz, mono, signed 16-bit, in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.media.worker.codecs.containers import DAMAGED, MediaFile, Timeline, timestamp
from core.media.worker.codecs.demuxers import unreadable
from core.media.worker.codecs.encoders import frame_bytes, require_media_library

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
    """Resamples and mixes down; rate and channels may change within a file."""

    def __init__(self) -> None:
        self._shape: tuple[Any, ...] = ()
        self._resampler: Any = None

    def convert(self, frame: Any) -> bytes:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        rest = b""
        if shape != self._shape:
            rest = self.close()
            av = require_media_library("Reading sound")
            self._resampler, self._shape = av.AudioResampler("s16", "mono", RATE), shape
        frame.pts = None
        return rest + b"".join(frame_bytes(converted) for converted in self._resampler.resample(frame))

    def close(self) -> bytes:
        """The samples still buffered."""
        if self._resampler is None:
            return b""
        resampler, self._resampler = self._resampler, None
        return b"".join(frame_bytes(converted) for converted in resampler.resample(None))
