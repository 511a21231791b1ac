"""Tones instead of speech: a sine for each group of characters, its pitch chosen by them."""

from __future__ import annotations

import math
from array import array
from functools import lru_cache

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape

SHAPE = PcmShape(PCM_RATE, 1)
FORMATS = (AudioFormat.PCM, AudioFormat.WAV)
SECONDS_PER_CHARACTER = 0.06
GAP = 0.04
"""Seconds of silence after a tone."""
LOUDNESS = 8000
"""Peak of a sample, of at most 32767."""


def pitch(group: str) -> int:
    """Hertz of a group's tone: a step of the twelve-tone scale above 220, by its characters."""
    return round(220 * 2 ** (sum(map(ord, group)) % 24 / 12))


def duration(group: str, speed: float) -> float:
    """Seconds of a group's tone, without the gap after it."""
    return len(group) * SECONDS_PER_CHARACTER / speed


@lru_cache(maxsize=256)
def tone(hertz: int, seconds: float) -> bytes:
    """A sine and the gap after it, signed 16-bit little-endian."""
    step = 2 * math.pi * hertz / SHAPE.sample_rate
    wave = (int(LOUDNESS * math.sin(step * index)) for index in range(round(seconds * SHAPE.sample_rate)))
    samples = array("h", wave)
    samples.extend([0] * round(GAP * SHAPE.sample_rate))
    return samples.tobytes()
