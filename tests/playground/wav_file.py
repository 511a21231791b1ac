"""WAV files for tests."""

from __future__ import annotations

import io
import wave


def wav_bytes(seconds: float = 1.0, rate: int = 8000) -> bytes:
    """A silent mono file of 16-bit samples."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * int(seconds * rate)))
    return sound.getvalue()
