"""Format, sample rate, channels and duration of encoded audio, from its beginning."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape
from core.contract.errors import UpstreamInvalid
from core.media import file_types
from core.media.audio_frames import FrameTimer

FLAC_INFO = 26
"""Bytes up to the number of samples in a FLAC file."""

MAX_UNREAD = 0.1
"""Share of bytes outside of frames, tags for example, up to which the frames tell the duration."""

WAV_HEADER = 44
"""Bytes of the WAV header that is written here and that providers stream."""

FORMATS = {
    "wav": AudioFormat.WAV,
    "mp3": AudioFormat.MP3,
    "ogg": AudioFormat.OPUS,
    "flac": AudioFormat.FLAC,
}
"""By container."""

RATE = re.compile(r"\brate=(\d{4,6})\b")
CHANNELS = re.compile(r"\bchannels=([12])\b")
RATES = range(4_000, 192_001)

TYPICAL_BITS = {
    AudioFormat.MP3: 64_000,
    AudioFormat.OPUS: 32_000,
    AudioFormat.AAC: 64_000,
    AudioFormat.FLAC: 220_000,
}


@dataclass(frozen=True, slots=True)
class Duration:
    """Playing time in seconds; `exact` is False where a bit rate was assumed."""

    seconds: float
    exact: bool


def audio_format(head: bytes) -> AudioFormat | None:
    """The format that the first bytes prove, or None: raw samples and bare frames prove nothing."""
    if head.startswith(file_types.RIFF):
        return AudioFormat.WAV  # the one audio format in RIFF; its form type may not have arrived yet
    found = file_types.signature(head)
    return FORMATS.get(found.container) if found else None


def require_format(head: bytes, audio: AudioFormat) -> None:
    """Raise `UpstreamInvalid` where the first bytes of a response prove another format than `audio`."""
    found = audio_format(head)
    if (found and found is not audio) or (audio is AudioFormat.WAV and found is None):
        raise UpstreamInvalid(f"The provider sent {found or 'something else'} where {audio} was asked for.")


def pcm_shape(audio: AudioFormat, head: bytes, media_type: str = "") -> PcmShape:
    """Rate and channels: from the WAV header, from the content type, else those of OpenAI's `pcm`."""
    if audio is AudioFormat.WAV and len(head) >= WAV_HEADER:
        channels, rate = struct.unpack_from("<HI", head, 22)
        if rate in RATES and channels in (1, 2):
            return PcmShape(rate, channels)
    rate, channels = RATE.search(media_type), CHANNELS.search(media_type)
    named = int(rate[1]) if rate else PCM_RATE
    return PcmShape(named if named in RATES else PCM_RATE, int(channels[1]) if channels else 1)


def wav_header_with_sizes(head: bytes, size: int) -> bytes | None:
    """The header of a streamed WAV with the sizes of a file of `size` bytes; None for any other `head`."""
    if len(head) < WAV_HEADER or not head.startswith(file_types.RIFF) or head[36:40] != b"data":
        return None
    return head[:4] + struct.pack("<I", size - 8) + head[8:40] + struct.pack("<I", size - WAV_HEADER)


def duration(
    audio: AudioFormat, size: int, head: bytes, pcm: PcmShape, frames: FrameTimer | None = None
) -> Duration:
    """How long `size` bytes that begin with `head` play; `frames` has read them all.

    A typical bit rate is assumed where no frames were found.
    """
    if audio is AudioFormat.PCM:
        return Duration(pcm.seconds(size), exact=True)
    if audio is AudioFormat.WAV:
        return Duration(pcm.seconds(max(size - WAV_HEADER, 0)), exact=True)
    if frames is not None and frames.seconds:
        return Duration(frames.seconds, exact=frames.unread <= size * MAX_UNREAD)
    if audio is AudioFormat.FLAC and (found := flac_seconds(head)):
        return Duration(found, exact=True)
    return Duration(size * 8 / TYPICAL_BITS[audio], exact=False)


def flac_seconds(head: bytes) -> float:
    """The duration in FLAC's stream information (RFC 9639, 8.2); 0 where that is unknown."""
    if len(head) < FLAC_INFO or not head.startswith(b"fLaC"):
        return 0.0
    packed = int.from_bytes(head[18:26])  # 20 bits rate, 8 bits channels and depth, 36 bits samples
    rate, samples = packed >> 44, packed & (1 << 36) - 1
    return samples / rate if rate else 0.0
