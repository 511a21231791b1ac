"""Styles of speech: texts in a language that the model speaks, instructions only where it takes them."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from core import background
from core.catalogue import lookup
from core.catalogue.seed.tables import seed_catalogue
from playground.studios.choices.styles import STYLES, style_choices

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(db):
    seed_catalogue()
    background.refresh()


@pytest.mark.parametrize(
    ("model", "language", "begins", "voice"),
    [
        ("local/espeak-ng", "ru", "Опустите", "Russian"),
        ("local/espeak-ng", "zh-hans", "放松", "Chinese (Mandarin)"),
        ("local/hibari", "ru", "Let your", "Heart"),
        ("openai/gpt-4o-mini-tts", "ru", "Опустите", "Alloy"),
    ],
)
def test_the_script_is_in_a_language_that_the_model_speaks(seeded, model, language, begins, voice):
    entry = lookup.get(model)
    with override(language):
        first = style_choices(entry)[0]
    assert first["script"].startswith(begins)
    assert {one.id: one.name for one in entry.voices}[first["voice"]] == voice


def test_instructions_are_for_models_that_take_them(seeded):
    with override("ru"):
        follows = style_choices(lookup.get("openai/gpt-4o-mini-tts"))
        deaf = style_choices(lookup.get("local/espeak-ng"))
    assert [one["name"] for one in follows] == [one["name"] for one in deaf]
    assert follows[0]["instructions"].startswith("Говори медленно")
    assert {one["instructions"] for one in deaf} == {""}


def test_scripts_are_short_and_names_distinct():
    with override("en"):
        assert len({str(style.name) for style in STYLES}) == len(STYLES)
        assert max(len(str(style.script)) for style in STYLES) <= 120
