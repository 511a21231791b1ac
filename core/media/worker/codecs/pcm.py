"""The sound of any media file as the recogniser takes it: 16 kHz, mono, signed 16-bit, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.media.worker.codecs.containers import DAMAGED, MediaFile, Timeline, timestamp
from core.media.worker.codecs.demuxers import unreadable
from core.media.worker.codecs.encoders import frame_bytes, require_media_library

RATE = 16_000
SAMPLE = 2
SECOND = RATE * SAMPLE
"""Bytes."""


def audio_chunks(media: MediaFile) -> Iterator[bytes]:
    """Everything that is heard, silence where the file has a gap. Raises `JobError` if nothing decodes.

    Adding up the pieces gives the time in the file: a player is where the recogniser is.
    """
    timeline = Timeline(media.origin)
    converter = MonoConverter()
    silent = True
    for frame in media.frames():
        if gap := timeline.gap(timestamp(frame.pts, frame.time_base)):
            yield bytes(round(gap * RATE) * SAMPLE)
        timeline.extend(frame.samples / (frame.sample_rate or RATE))
        silent = False
        yield converter.convert(frame)
    if silent:
        raise unreadable(DAMAGED)
    yield converter.close()


class MonoConverter:
    """Resamples and mixes down; a file may change its rate or its channels on the way."""

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
        return rest + b"".join(frame_bytes(made) for made in self._resampler.resample(frame))

    def close(self) -> bytes:
        """What is still inside."""
        if self._resampler is None:
            return b""
        resampler, self._resampler = self._resampler, None
        return b"".join(frame_bytes(made) for made in resampler.resample(None))
