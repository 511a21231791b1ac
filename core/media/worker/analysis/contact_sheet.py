"""Pictures of a video at even times, side by side with the time under each; worker side."""

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
BRIEF = 3.0
"""Seconds: a shorter video has one row."""

READ_ON = 6.0
"""Seconds: a moment so near is read on to; a jump lands on the key picture before it, maybe far back."""

STEP_FRAMES = 20
PATIENCE = 4_000_000_000
"""Pixels that may be decoded on the way to the times that are wanted; after that the nearest picture does."""

Shot = tuple[float, Any]
Steps = Generator[None, None, None]


def render(media: MediaFile, seconds: float, output: Output) -> Generator[None, None, bytes]:
    """The sheet as JPEG. Raises `JobError` if not one picture can be decoded."""
    finder = FrameSampler(media, output)
    wanted = FRAMES if seconds >= BRIEF else COLUMNS
    for number in range(wanted):
        yield from finder.find(number * seconds / wanted)
    if not finder.shots:
        raise unreadable(DAMAGED)
    return render_sheet(finder.shots)


class FrameSampler:
    """Goes to moments of a video, each later than the one before, and keeps a small picture of each."""

    def __init__(self, media: MediaFile, output: Output) -> None:
        assert media.picture is not None
        self.shots: list[Shot] = []
        self._media = media
        self._stream = media.picture
        self._stream.codec_context.thread_count = 1
        self._output = output
        self._frames = self._decoded()
        self._position = 0.0
        self._spent = 0

    def find(self, wanted: float) -> Steps:
        """The first picture at or after `wanted` seconds, or the last one before it where patience ends."""
        if wanted - self._position > READ_ON:
            self._go(wanted)
        last = None
        for number, frame in enumerate(self._frames, 1):
            self._output.check()
            self._position, last = self._at(frame), frame
            self._spent += frame.width * frame.height
            if self._position >= wanted - 0.001 or self._spent > PATIENCE:
                break
            if number % STEP_FRAMES == 0:
                yield
        if last is not None:
            self._keep(last)
        yield

    def _go(self, wanted: float) -> None:
        """To the key picture before the moment; a file in which one cannot go anywhere is read on."""
        av = require_media_library("Reading media")
        place = int((wanted + self._media.origin) / self._stream.time_base)
        try:
            self._media.container.seek(place, stream=self._stream)
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

    def _keep(self, frame: Any) -> None:
        if self.shots and self._position <= self.shots[-1][0]:
            return
        image = frame.to_image()
        if frame.rotation:
            image = image.rotate(frame.rotation, expand=True)
        image.thumbnail((CELL, CELL))
        self.shots.append((self._position, image))


def render_sheet(shots: list[Shot]) -> bytes:
    """All of them on one page."""
    width = max(image.width for _, image in shots)
    height = max(image.height for _, image in shots)
    columns = min(COLUMNS, len(shots))
    rows = -(-len(shots) // columns)
    across, down = width + MARGIN, height + FOOT + MARGIN
    page = pillow().new("RGB", (columns * across + MARGIN, rows * down + MARGIN), PAPER)
    pen, font = pillow("ImageDraw").Draw(page), pillow("ImageFont").load_default(17)
    for number, (at, image) in enumerate(shots):
        row, column = divmod(number, columns)
        left, top = MARGIN + column * across, MARGIN + row * down
        page.paste(image, (left + (width - image.width) // 2, top + (height - image.height) // 2))
        pen.text((left + width // 2, top + height + 20), timecode_to_tenths(at), INK, font, anchor="ms")
    file = io.BytesIO()
    page.save(file, "JPEG", quality=86)
    return file.getvalue()
