"""Voices that stand in for names which clients send: which alias applies to which model."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.lookup import get
from core.catalogue.validation.speech import speech_voice
from core.catalogue.validation.voice_aliases import VoiceChoice
from core.contract.errors import Unsupported
from core.models import AIModel, Provider, Voice, VoiceAlias
from tests.core.catalogue.requests import speech_request

GEMINI = "google/gemini-3.8-flash-tts"
ESPEAK = "local/espeak-ng"
ELEVEN = "elevenlabs/eleven_v4"


@pytest.fixture
def alias(catalogue):
    """Adds an alias of a model, of a provider or of all."""

    def add(name: str, voice: str = "", model: str = "", provider: str = "", **fields) -> VoiceAlias:
        row = VoiceAlias(
            name=name,
            voice=voice,
            model=AIModel.objects.get(slug=model) if model else None,
            provider=Provider.objects.get(slug=provider) if provider else None,
            **fields,
        )
        if not model and not provider:
            VoiceAlias.objects.filter(name=name, model=None, provider=None).delete()
        row.full_clean()
        row.save()
        snapshot.reset()
        return row

    return add


def chosen(model: str, voice: str) -> VoiceChoice:
    return speech_voice(speech_request(model, voice=voice), get(model))


def test_an_alias_names_the_voice_by_id_or_name(alias):
    alias("nova", "Puck", model=GEMINI)
    alias("narrator", "aria", model=ELEVEN)
    assert chosen(GEMINI, "Nova") == VoiceChoice("Puck", "Puck")
    assert chosen(ELEVEN, "narrator") == VoiceChoice("9BWtsMINqrJLrRacOk9x", "9BWtsMINqrJLrRacOk9x")


def test_the_models_own_comes_before_the_providers_and_that_before_the_general_one(alias):
    alias("nova", "Kore")
    assert chosen(GEMINI, "nova").id == "Kore"
    alias("nova", "Puck", provider="google")
    assert chosen(GEMINI, "nova").id == "Puck"
    own = alias("nova", "Fenrir", model=GEMINI)
    assert chosen(GEMINI, "nova").id == "Fenrir"
    own.enabled = False
    own.save()
    snapshot.reset()
    assert chosen(GEMINI, "nova").id == "Puck"


def test_a_star_takes_any_other_name_of_its_model(alias):
    alias("*", "Kore", model=GEMINI)
    alias("nova", "Puck", model=GEMINI)
    assert (chosen(GEMINI, "nova").id, chosen(GEMINI, "whoever").id) == ("Puck", "Kore")
    with pytest.raises(Unsupported) as caught:
        chosen(ESPEAK, "whoever")
    assert (caught.value.status, caught.value.param) == (400, "voice")


def test_a_voice_of_the_model_needs_no_alias(alias):
    alias("*", "Kore", model=GEMINI)
    assert chosen(GEMINI, "Puck") == VoiceChoice("Puck")


def test_an_alias_of_a_voice_that_the_model_has_not_leaves_it_to_the_next(alias):
    alias("nova", "Puck")
    assert chosen(GEMINI, "nova").id == "Puck"
    assert VoiceAlias.objects.filter(name="*").exists() is False
    with pytest.raises(Unsupported):
        chosen(ELEVEN, "nova")


def test_an_alias_may_name_a_variant(alias):
    alias("nova", "gmw/en-US+f3", model=ESPEAK)
    assert chosen(ESPEAK, "nova") == VoiceChoice("gmw/en-US+f3", "gmw/en-US+f3")


def test_voices_that_only_the_server_knows_take_aliases_entered_for_it(alias):
    Voice.objects.filter(model__slug=GEMINI).delete()
    alias("onyx", "Kore")
    alias("nova", "af_heart", provider="google")
    assert chosen(GEMINI, "nova") == VoiceChoice("af_heart", "af_heart")
    assert chosen(GEMINI, "onyx") == VoiceChoice("onyx")
    assert chosen(GEMINI, "alloy") == VoiceChoice("alloy")


def test_without_aliases_every_unknown_voice_is_refused(catalogue):
    VoiceAlias.objects.all().delete()
    snapshot.reset()
    with pytest.raises(Unsupported) as caught:
        chosen(GEMINI, "alloy")
    assert caught.value.param == "voice"
