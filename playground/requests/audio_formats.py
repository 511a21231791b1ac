"""Audio formats for playback while a run is in progress."""

from __future__ import annotations

from core.contract.audio import AudioFormat

LIVE_ORDER = (
    AudioFormat.MP3,
    AudioFormat.WAV,
    AudioFormat.OPUS,
    AudioFormat.AAC,
    AudioFormat.FLAC,
)
"""Formats that browsers decode while they arrive: tried after pcm and the user's own choice."""


def live_formats(chosen: AudioFormat) -> tuple[AudioFormat, ...]:
    """All formats in order of preference: pcm, then the format `chosen` for the file, then `LIVE_ORDER`."""
    return tuple(dict.fromkeys((AudioFormat.PCM, chosen, *LIVE_ORDER)))
