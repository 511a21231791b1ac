"""Playing time of encoded audio that arrives in pieces, from the headers of its frames or pages.

Bit rates change within a file, so its size does not tell its duration.
Frames of MP3 and AAC: `mpeg_frames`; Ogg: RFC 3533; Opus in Ogg: RFC 7845.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from core.contract.audio import AudioFormat
from core.media.file_types import id3_size
from core.media.mpeg_frames import HEADER, adts_seconds, frame_size, is_adts, mp3_rate, mp3_samples

MP3_LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")
"""In a first frame that has no sound: it tells the length."""

OPUS_RATE = 48_000
ID3_HEADER = 10


class FrameFormat(Protocol):
    """Reads the frames of one stream. `sync` begins each, `header` bytes tell its size."""

    sync: ClassVar[bytes]
    header: ClassVar[int]

    def size(self, data: bytes, at: int) -> int:
        """Bytes of the frame that begins at `at`; 0 where none does."""
        ...

    def seconds(self, frame: bytes) -> float:
        """Playing time that a whole frame adds; called once for each, in order."""
        ...


class Mp3Frames:
    sync: ClassVar[bytes] = b"\xff"
    header: ClassVar[int] = HEADER

    def __init__(self) -> None:
        self._any = False

    def size(self, data: bytes, at: int) -> int:
        head = data[at : at + HEADER]
        return 0 if is_adts(head) else frame_size(head)

    def seconds(self, frame: bytes) -> float:
        first, self._any = not self._any, True
        if first and any(tag in frame[:44] for tag in MP3_LENGTH_TAGS):
            return 0.0
        return mp3_samples(frame) / mp3_rate(frame)


class AdtsFrames:
    sync: ClassVar[bytes] = b"\xff"
    header: ClassVar[int] = HEADER

    def size(self, data: bytes, at: int) -> int:
        head = data[at : at + HEADER]
        return frame_size(head) if is_adts(head) else 0

    def seconds(self, frame: bytes) -> float:
        return adts_seconds(frame)


class OggOpusPages:
    """Each page has the number of samples up to its end, those before `_start` are not played."""

    sync: ClassVar[bytes] = b"OggS"
    header: ClassVar[int] = 27

    def __init__(self) -> None:
        self._start = 0

    def size(self, data: bytes, at: int) -> int:
        if not data.startswith(self.sync, at):
            return 0
        body = at + self.header + data[at + 26]
        return body - at + sum(data[at + self.header : body])

    def seconds(self, frame: bytes) -> float:
        head = frame.find(b"OpusHead")
        if head >= 0 and frame[5] & 2:  # another stream begins
            self._start = int.from_bytes(frame[head + 10 : head + 12], "little")
            return 0.0
        end = int.from_bytes(frame[6:14], "little", signed=True)
        added = max(end - self._start, 0)  # -1 where no packet ends on the page
        self._start += added
        return added / OPUS_RATE


FRAME_FORMATS: dict[AudioFormat, Callable[[], FrameFormat]] = {
    AudioFormat.MP3: Mp3Frames,
    AudioFormat.AAC: AdtsFrames,
    AudioFormat.OPUS: OggOpusPages,
}


class FrameTimer:
    """Adds up the `seconds` of the frames in bytes as they arrive; `unread` are bytes outside of frames.

    Keeps at most one incomplete frame.
    """

    __slots__ = ("_format", "_rest", "_skip", "_tagged", "seconds", "unread")

    def __init__(self, format: FrameFormat) -> None:
        self.seconds = 0.0
        self.unread = 0
        self._format = format
        self._rest = b""
        self._skip = 0
        self._tagged = False

    def add(self, chunk: bytes) -> None:
        data, at, form = self._rest + chunk, 0, self._format
        if not self._tagged:
            if len(data) < ID3_HEADER:
                self._rest = data
                return
            self._tagged, self._skip = True, id3_size(data)
        if self._skip:  # a tag may be longer than what has arrived
            at = min(self._skip, len(data))
            self._skip -= at
        while len(data) - at >= form.header:
            size = form.size(data, at)
            if size == 0:
                found = data.find(form.sync, at + 1)
                found = found if found >= 0 else len(data) - form.header + 1
                self.unread += found - at
                at = found
            elif at + size > len(data):
                break
            else:
                self.seconds += form.seconds(data[at : at + size])
                at += size
        self._rest = data[at:]
