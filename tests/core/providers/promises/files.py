"""The files that requests bring."""

from __future__ import annotations

from pathlib import Path

from core.contract.transcription import AudioFile

AUDIO = bytes(range(256)) * 200
SECONDS = 6.0


def audio_file(folder: Path) -> AudioFile:
    path = folder / "audio"
    path.write_bytes(AUDIO)
    return AudioFile(str(path), "audio.wav", "audio/wav", len(AUDIO), SECONDS)
