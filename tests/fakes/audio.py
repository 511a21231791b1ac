"""Deterministic audio bytes in each format: real headers, samples in a fixed pattern."""

from __future__ import annotations

from functools import cache

from core.contract.audio import AudioFormat, PcmShape, wav_header

SHAPE = PcmShape()
FRAME = b"\xff\xf3\x44\xc4" + bytes(92)  # MPEG-2 layer III, 32 kbit/s, 24 kHz: 96 bytes, 24 ms each
FRAME_SECONDS = 96 * 8 / 32_000
MP3_FRAMES = {32: (0x44, 96), 80: (0x94, 240), 160: (0xE4, 480)}
"""Third byte and size of such frames by their kbit/s; each plays as long as any other."""

PERIOD = b"".join(sample.to_bytes(2, "little", signed=True) for sample in range(-1000, 1000))


def mp3_frame(kbits: int, content: bytes = b"") -> bytes:
    bits, size = MP3_FRAMES[kbits]
    return (bytes([0xFF, 0xF3, bits, 0xC4]) + content).ljust(size, b"\0")


VARIABLE = (mp3_frame(160) + mp3_frame(32) + mp3_frame(80)) * 59
"""4.248 seconds of mp3 with a variable bit rate and without a length."""


@cache
def audio_bytes(audio: AudioFormat, seconds: float = 0.5) -> bytes:
    """About `seconds` of something that begins as `audio` does."""
    samples = int(seconds * SHAPE.sample_rate)
    pcm = (PERIOD * -(-samples // 2000))[: 2 * samples]
    if audio is AudioFormat.PCM:
        return pcm
    if audio is AudioFormat.WAV:
        return wav_header(SHAPE) + pcm
    if audio is AudioFormat.MP3:
        return FRAME * round(seconds / FRAME_SECONDS)
    magic = {AudioFormat.OPUS: b"OggS", AudioFormat.FLAC: b"fLaC", AudioFormat.AAC: b"\xff\xf1"}[audio]
    return magic + pcm[: len(pcm) // 4]


def slices(data: bytes, count: int) -> list[bytes]:
    size = max(1, -(-len(data) // count))
    return [data[at : at + size] for at in range(0, len(data), size)]
