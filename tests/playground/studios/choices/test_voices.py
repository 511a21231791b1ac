"""Voices as the picker shows them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.catalogue.snapshot import current
from playground.studios.choices.voices import voice_picker
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import models_folder as models_folder
from tests.core.catalogue.conftest import no_keys as no_keys
from tests.fakes.whisper_files import install_empty


@pytest.fixture
def espeak(models):
    return current().models["local/espeak-ng"]


@pytest.mark.parametrize(
    ("text", "language"), [("Hello there", "en"), ("Доброе утро", "ru"), ("早上好", "zh")]
)
def test_the_voice_fits_the_text(espeak, text, language):
    chosen = voice_picker(espeak, text)["voice"]
    voice = next(voice for voice in espeak.voices if voice.id == chosen)
    assert voice.language.split("-")[0] == language


def test_the_requested_voice_is_chosen_where_it_exists(espeak):
    requested = espeak.voices[-1].id
    assert voice_picker(espeak, "Hello", requested)["voice"] == requested
    assert voice_picker(espeak, "Hello", "nobody")["voice"] == voice_picker(espeak, "Hello")["voice"]


def test_a_description_that_most_voices_share_is_left_out(espeak):
    descriptions = [voice["description"] for voice in voice_picker(espeak, "Hello")["voices"]]
    assert max(descriptions.count(text) for text in set(descriptions) - {""}) < len(descriptions) / 2
    assert "" in descriptions
    assert any(descriptions)


def test_languages_are_sorted_by_their_names(espeak):
    labels = [language["label"] for language in voice_picker(espeak, "Hello")["languages"]]
    assert labels == sorted(set(labels), key=str.casefold)
    assert len(labels) > 50


def test_the_first_sample_of_a_voice_has_a_price(espeak):
    assert voice_picker(espeak, "Hello")["sample_cost"] == ""
    assert voice_picker(espeak, "Hello", price=Decimal("0.00002"))["sample_cost"] == "$0.0007"
    assert voice_picker(espeak, "Hello", price=None)["sample_cost"] is None
    recorded = replace(
        espeak, all_voices=(replace(espeak.voices[0], sample_url="https://example.org/a.mp3"),)
    )
    assert voice_picker(recorded, "Hello", price=None)["sample_cost"] == ""


def test_a_model_without_voices_has_none_chosen(espeak):
    without_voices = voice_picker(replace(espeak, all_voices=()), "Hello")
    assert without_voices == {"voices": [], "languages": [], "voice": "", "sample_cost": ""}


def test_a_voice_is_offered_once_it_is_installed(models, models_folder):
    hibari = current().models["local/hibari"]
    assert [voice["id"] for voice in voice_picker(hibari, "Hello")["voices"]] == ["heart"]
    install_empty(models_folder, "hibari-emma")

    picker = voice_picker(hibari, "Hello", "emma")
    assert [voice["id"] for voice in picker["voices"]] == ["heart", "emma"]
    assert [language["code"] for language in picker["languages"]] == ["en-GB", "en-US"]
    assert picker["voice"] == "emma"
