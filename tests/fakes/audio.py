"""Deterministic audio bytes in each format: real headers, samples in a fixed pattern."""

from __future__ import annotations

from functools import cache

from core.contract.audio import AudioFormat, PcmShape, wav_header

SHAPE = PcmShape()
FRAME = b"\xff\xf3\x44\xc4" + bytes(140)  # MPEG-2 layer III, 32 kbit/s, 24 kHz: 144 bytes, 36 ms each
FRAME_SECONDS = 144 * 8 / 32_000


@cache
def audio_bytes(audio: AudioFormat, seconds: float = 0.5) -> bytes:
    """About `seconds` of something that begins as `audio` does."""
    samples = int(seconds * SHAPE.sample_rate)
    pcm = b"".join((i % 2000 - 1000).to_bytes(2, "little", signed=True) for i in range(samples))
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
