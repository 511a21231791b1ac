"""Which chat models translate a transcript."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.catalogue.translators import ready_translators
from core.contract.errors import Unsupported
from core.contract.transcription import AudioFile
from core.contract.translation import TranslationRequest

WHISPER = "openai/whisper-1"
PLAIN = "openai/gpt-transcribe"
FILE = AudioFile("/nowhere", "audio.wav", "audio/wav", 1000, 60.0)


def ask(model: str, **fields) -> TranslationRequest:
    return TranslationRequest(model, FILE, **fields)


def test_without_a_translator_models_that_translate_are_named(models):
    with pytest.raises(Unsupported) as caught:
        route(ask(PLAIN))
    assert caught.value.provider_code == "no_translator"
    assert WHISPER in caught.value.metadata["models"]


def test_the_embedded_provider_has_no_language_model(models):
    assert ready_translators() == []
