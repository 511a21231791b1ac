"""Translation requests that the model cannot do are refused."""

from __future__ import annotations

import pytest

from core.contract.errors import WrongEndpoint
from core.contract.translation import TranslationRequest
from tests.core.catalogue.requests import audio_file, route_error

WHISPER = "openai/whisper-1"
PLAIN = "openai/gpt-4o-transcribe"


pytestmark = pytest.mark.usefixtures("openai_key")


def test_a_chat_model_is_refused():
    error = route_error(TranslationRequest("openai/gpt-4o", audio_file()), WrongEndpoint)
    assert WHISPER in error.metadata["models"]
    assert PLAIN not in error.metadata["models"]
