"""Files for the inspector."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.audio_files import recode, sine


@pytest.fixture
def sample_files(data) -> list[Path]:
    """An image, a PDF, an audio file and a video."""
    names = ("kiwi.jpg", "dummy.pdf", "marcelo.mp3", "small_video.mp4")
    return [data / "samples" / name for name in names]


@pytest.fixture
def wordless_files(sample_files, tmp_path) -> list[Path]:
    """The same with a tone in place of the voice, for tests that need no transcript: it takes long."""
    sound = recode(sine(3.0), tmp_path / "marcelo.mp3")
    return [sound if path.name == sound.name else path for path in sample_files]


@pytest.fixture
def broken_image(tmp_path) -> Path:
    """A PNG with an invalid header."""
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    return path
