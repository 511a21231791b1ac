"""The files that requests bring."""

from __future__ import annotations

from pathlib import Path

from core.contract.image import ImageFile
from core.contract.transcription import AudioFile
from tests.fakes.images import png

AUDIO = bytes(range(256)) * 200
SECONDS = 6.0


def audio_file(folder: Path) -> AudioFile:
    path = folder / "audio"
    path.write_bytes(AUDIO)
    return AudioFile(str(path), "audio.wav", "audio/wav", len(AUDIO), SECONDS)


def image_file(folder: Path, name: str = "image.png", red: int = 10, content: bytes = b"") -> ImageFile:
    path, content = folder / name, content or png(red)
    path.write_bytes(content)
    return ImageFile(str(path), name, "image/png", len(content), 64, 48)
