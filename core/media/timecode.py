"""Positions in audio and video as people read them."""

from __future__ import annotations


def timecode(seconds: float) -> str:
    """`1:05`, `1:00:05`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def timecode_to_tenths(seconds: float) -> str:
    """`1:05.3`."""
    return f"{timecode(seconds)}.{int(seconds * 10) % 10}"
