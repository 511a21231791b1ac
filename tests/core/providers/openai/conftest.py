"""An audio file that is sent to the provider."""

from __future__ import annotations

import pytest

from core.contract.transcription import AudioFile
from tests.core.providers.openai.transcription.calls import AUDIO


@pytest.fixture
def file(tmp_path) -> AudioFile:
    path = tmp_path / "audio"
    path.write_bytes(AUDIO)
    return AudioFile(str(path), "audio.wav", "audio/wav", len(AUDIO), 6.0)
