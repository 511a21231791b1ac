"""Audio formats with their media types, PCM shapes, the WAV header, and what probing a file finds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum

PCM_RATE = 24_000
"""Sample rate of OpenAI's `pcm`: signed 16-bit little-endian mono at 24 kHz."""

UNKNOWN_SIZE = 0xFFFFFFFF


class AudioFormat(StrEnum):
    MP3 = "mp3"
    OPUS = "opus"
    AAC = "aac"
    FLAC = "flac"
    WAV = "wav"
    PCM = "pcm"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        return "ogg" if self is AudioFormat.OPUS else self.value


MEDIA_TYPES = {
    AudioFormat.MP3: "audio/mpeg",
    AudioFormat.OPUS: "audio/ogg",
    AudioFormat.AAC: "audio/aac",
    AudioFormat.FLAC: "audio/flac",
    AudioFormat.WAV: "audio/wav",
    AudioFormat.PCM: f"audio/pcm;rate={PCM_RATE};channels=1",
}


@dataclass(frozen=True, slots=True)
class PcmShape:
    """The layout of raw samples: signed 16-bit little-endian, interleaved."""

    sample_rate: int = PCM_RATE
    channels: int = 1

    @property
    def bytes_per_second(self) -> int:
        return self.sample_rate * self.channels * 2

    def seconds(self, size: int) -> float:
        """Playing time of `size` bytes."""
        return size / self.bytes_per_second


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file is by its content: `kind` is audio, video, image or pdf, `container` as FFmpeg names it.

    `seconds` was counted, not read from a header; None where a file of its kind lacks the value.
    """

    kind: str
    container: str
    media_type: str
    seconds: float | None = None
    codec: str | None = None
    channels: int | None = None
    sample_rate: int | None = None
    video_codec: str | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None


def wav_header(shape: PcmShape, size: int | None = None) -> bytes:
    """A 44-byte RIFF header; sizes are 0xFFFFFFFF while the length is not known, as OpenAI streams it."""
    data = UNKNOWN_SIZE if size is None else size
    riff = UNKNOWN_SIZE if size is None else size + 36
    block = shape.channels * 2
    fmt = struct.pack("<HHIIHH", 1, shape.channels, shape.sample_rate, shape.bytes_per_second, block, 16)
    return (
        b"RIFF"
        + struct.pack("<I", riff)
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + fmt
        + b"data"
        + struct.pack("<I", data)
    )
