"""A model that cannot translate is followed by a chat model that does."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.catalogue.translators import ready_translators
from core.contract.errors import Unavailable
from core.contract.transcription import AudioFile
from core.contract.translation import TranslationRequest

WHISPER = "openai/whisper-1"
PLAIN = "openai/gpt-4o-transcribe"
FILE = AudioFile("/nowhere", "audio.wav", "audio/wav", 1000, 60.0)


def ask(model: str, **fields) -> TranslationRequest:
    return TranslationRequest(model, FILE, **fields)


def test_a_model_that_translates_has_a_route_of_one_step(models, keys):
    keys(OPENAI="sk-direct")
    assert route(ask(WHISPER)).then is None


def test_a_model_that_only_transcribes_is_followed_by_the_cheapest_translator(models, keys):
    keys(OPENAI="sk-direct")
    way = route(ask(PLAIN))
    assert way.model == PLAIN
    assert way.then is not None
    assert way.then.model == ready_translators()[0].slug
    assert [target.provider for target in way.then.targets] == ["openai"]


def test_a_named_translator_is_used_even_for_a_model_that_translates(models, keys):
    keys(OPENAI="sk-direct")
    way = route(ask(WHISPER, translator="openai/gpt-4.1"))
    assert (way.model, way.then.model) == (WHISPER, "openai/gpt-4.1")


def test_a_translator_without_its_key_says_what_an_admin_must_do(models, keys):
    keys(OPENAI="sk-direct")
    with pytest.raises(Unavailable) as caught:
        route(ask(PLAIN, translator="google/gemini-2.5-flash"))
    assert caught.value.provider_code == "provider_needs_key"
