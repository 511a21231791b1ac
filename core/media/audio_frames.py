"""Playing time of encoded audio that arrives in pieces, from the headers of its frames or pages.

Bit rates change within a file, so its size does not tell its duration.
MPEG audio: ISO/IEC 11172-3 and 13818-3; ADTS: ISO/IEC 13818-7; Ogg: RFC 3533; Opus in Ogg: RFC 7845.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from core.contract.audio import AudioFormat
from core.media.file_types import id3_size

# kbit/s by index for layer III: MPEG-1, then MPEG-2 and 2.5.
MP3_KBITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)
MP3_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Hz by index, by the two bits of the version: MPEG-1, 2 and 2.5."""

MP3_LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")
"""In a first frame that has no sound: it tells the length."""

ADTS_RATES = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
    *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
)
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
    header: ClassVar[int] = 4

    def __init__(self) -> None:
        self._any = False

    def size(self, data: bytes, at: int) -> int:
        if data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:  # layer III
            return 0
        version, bits = data[at + 1] >> 3 & 3, data[at + 2]
        if version == 1 or bits >> 2 & 3 == 3:
            return 0
        rate = MP3_RATES[version][bits >> 2 & 3]
        kbits = MP3_KBITS[version != 3][bits >> 4]
        return (144 if version == 3 else 72) * kbits * 1000 // rate + (bits >> 1 & 1) if kbits else 0

    def seconds(self, frame: bytes) -> float:
        version = frame[1] >> 3 & 3
        first, self._any = not self._any, True
        if first and any(tag in frame[:44] for tag in MP3_LENGTH_TAGS):
            return 0.0
        return (1152 if version == 3 else 576) / MP3_RATES[version][frame[2] >> 2 & 3]


class AdtsFrames:
    sync: ClassVar[bytes] = b"\xff"
    header: ClassVar[int] = 7

    def size(self, data: bytes, at: int) -> int:
        if data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0 or data[at + 2] >> 2 & 15 >= len(ADTS_RATES):
            return 0
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        return size if size > self.header else 0

    def seconds(self, frame: bytes) -> float:
        return 1024 * ((frame[6] & 3) + 1) / ADTS_RATES[frame[2] >> 2 & 15]


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
