"""A contact sheet: frames of a video at even times, side by side with the time under each."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from typing import Any

from core.media.timecode import timecode_to_tenths
from core.media.worker.analysis.waveform import INK, PAPER
from core.media.worker.codecs.containers import DAMAGED, MediaFile, timestamp
from core.media.worker.codecs.demuxers import unreadable
from core.media.worker.codecs.encoders import require_media_library
from core.media.worker.libraries import pillow
from core.media.worker.output import Output

FRAMES, COLUMNS = 12, 4
CELL, MARGIN, FOOT = 300, 16, 30
SHORT_VIDEO = 3.0
"""Seconds: a shorter video has one row."""

SEEK_FROM = 6.0
"""Seconds: a nearer time is reached by reading on; a seek goes to the key frame before it, maybe far back."""

STEP_FRAMES = 20
MAX_PIXELS = 4_000_000_000
"""Pixels that may be decoded on the way to the wanted times; after that the nearest frame is taken."""

TimedImage = tuple[float, Any]
Steps = Generator[None, None, None]


def render(media: MediaFile, seconds: float, output: Output) -> Generator[None, None, bytes]:
    """The sheet as JPEG. Raises `JobError` if not one frame can be decoded."""
    sampler = FrameSampler(media, output)
    wanted = FRAMES if seconds >= SHORT_VIDEO else COLUMNS
    for number in range(wanted):
        yield from sampler.sample(number * seconds / wanted)
    if not sampler.images:
        raise unreadable(DAMAGED)
    return render_sheet(sampler.images)


class FrameSampler:
    """Decodes a video at given times, each later than the one before, and keeps a small image of each."""

    def __init__(self, media: MediaFile, output: Output) -> None:
        assert media.video is not None
        self.images: list[TimedImage] = []
        self._media = media
        self._stream = media.video
        self._stream.codec_context.thread_count = 1
        self._output = output
        self._frames = self._decoded()
        self._position = 0.0
        self._spent = 0

    def sample(self, wanted: float) -> Steps:
        """The first frame at or after `wanted` seconds, or the last one before it at the limit of pixels."""
        if wanted - self._position > SEEK_FROM:
            self._seek(wanted)
        last = None
        for number, frame in enumerate(self._frames, 1):
            self._output.check()
            self._position, last = self._at(frame), frame
            self._spent += frame.width * frame.height
            if self._position >= wanted - 0.001 or self._spent > MAX_PIXELS:
                break
            if number % STEP_FRAMES == 0:
                yield
        if last is not None:
            self._add(last)
        yield

    def _seek(self, wanted: float) -> None:
        """To the key frame before the time; a file without an index is read on."""
        av = require_media_library("Reading media")
        target = int((wanted + self._media.origin) / self._stream.time_base)
        try:
            self._media.container.seek(target, stream=self._stream)
        except (av.FFmpegError, OverflowError):
            return
        self._frames = self._decoded()

    def _decoded(self) -> Iterator[Any]:
        av = require_media_library("Reading media")
        for packet in self._media.packets(self._stream):
            try:
                yield from packet.decode()
            except (av.FFmpegError, OverflowError):
                continue

    def _at(self, frame: Any) -> float:
        return max(0.0, (timestamp(frame.pts, frame.time_base) or 0.0) - self._media.origin)

    def _add(self, frame: Any) -> None:
        if self.images and self._position <= self.images[-1][0]:
            return
        image = frame.to_image()
        if frame.rotation:
            image = image.rotate(frame.rotation, expand=True)
        image.thumbnail((CELL, CELL))
        self.images.append((self._position, image))


def render_sheet(images: list[TimedImage]) -> bytes:
    """All images on one page."""
    width = max(image.width for _, image in images)
    height = max(image.height for _, image in images)
    columns = min(COLUMNS, len(images))
    rows = -(-len(images) // columns)
    across, down = width + MARGIN, height + FOOT + MARGIN
    page = pillow().new("RGB", (columns * across + MARGIN, rows * down + MARGIN), PAPER)
    pen, font = pillow("ImageDraw").Draw(page), pillow("ImageFont").load_default(17)
    for number, (at, image) in enumerate(images):
        row, column = divmod(number, columns)
        left, top = MARGIN + column * across, MARGIN + row * down
        page.paste(image, (left + (width - image.width) // 2, top + (height - image.height) // 2))
        pen.text((left + width // 2, top + height + 20), timecode_to_tenths(at), INK, font, anchor="ms")
    file = io.BytesIO()
    page.save(file, "JPEG", quality=86)
    return file.getvalue()
