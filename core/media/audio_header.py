"""Format, sample rate, channels and duration of encoded audio, from its beginning."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape
from core.contract.errors import UpstreamInvalid
from core.media import file_types

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

# kbit/s by index for layer III: MPEG-1, then MPEG-2 and 2.5.
MP3_KBITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)
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


def duration(audio: AudioFormat, size: int, head: bytes, pcm: PcmShape) -> Duration:
    """How long `size` bytes that begin with `head` play."""
    if audio is AudioFormat.PCM:
        return Duration(pcm.seconds(size), exact=True)
    if audio is AudioFormat.WAV:
        return Duration(pcm.seconds(max(size - WAV_HEADER, 0)), exact=True)
    bits = (mp3_bit_rate(head) if audio is AudioFormat.MP3 else 0) or TYPICAL_BITS[audio]
    return Duration(size * 8 / bits, exact=False)


def mp3_bit_rate(head: bytes) -> int:
    """Bits per second of the first MPEG frame in `head`; 0 where there is none."""
    at = file_types.id3_size(head)
    frame = head[at : at + 3]
    if len(frame) < 3 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
        return 0
    version = 0 if frame[1] & 0x18 == 0x18 else 1
    return MP3_KBITS[version][frame[2] >> 4] * 1000
