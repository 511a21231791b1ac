"""The samples of audio that arrives in pieces: pcm as it is, wav without its header."""

from __future__ import annotations

import struct

from core.contract.audio import UNKNOWN_SIZE, AudioFormat, PcmShape
from core.contract.errors import UpstreamInvalid
from core.contract.events import AudioStart
from core.media.audio_header import pcm_shape

LONGEST_HEADER = 64 * 1024
CHUNK = struct.Struct("<4sI")
FORMAT_TAG = struct.Struct("<H")
PCM_TAGS = (1, 0xFFFE)
"""Plain samples, and the extensible header, whose samples are told by their width."""
BITS = 16


class SampleReader:
    """Reads the audio that `start` describes; `shape` is exact once the first samples are there."""

    def __init__(self, start: AudioStart) -> None:
        self.shape = PcmShape(start.sample_rate, start.channels)
        self._head: bytes | None = b"" if start.format is AudioFormat.WAV else None
        self._left: int | None = None

    def read(self, data: bytes) -> bytes:
        """The samples in `data`, none as long as a header goes on.

        Raises `UpstreamInvalid` for a wav whose samples are not 16-bit integers.
        """
        if self._head is not None:
            self._head += data
            data = self._after_header()
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        return data

    def _after_header(self) -> bytes:
        """What follows the header, once all of it is there: its chunks go before the chunk `data`."""
        head, at = self._head or b"", 12
        while len(head) >= at + CHUNK.size:
            name, size = CHUNK.unpack_from(head, at)
            at += CHUNK.size
            if name == b"data":
                self._check(head)
                self._left = None if size in (0, UNKNOWN_SIZE) else size
                self._head = None
                return head[at:]
            at += size + size % 2
        if len(head) > LONGEST_HEADER:
            raise UpstreamInvalid("The provider sent a wav without samples.")
        return b""

    def _check(self, head: bytes) -> None:
        at = head.find(b"fmt ")
        if at < 0 or len(head) < at + 24:
            raise UpstreamInvalid("The provider sent a wav that does not say what its samples are.")
        (tag,), (bits,) = FORMAT_TAG.unpack_from(head, at + 8), FORMAT_TAG.unpack_from(head, at + 22)
        if tag not in PCM_TAGS or bits != BITS:
            raise UpstreamInvalid("The provider sent a wav whose samples are no 16-bit integers.")
        self.shape = pcm_shape(AudioFormat.WAV, head[:12] + head[at:])
