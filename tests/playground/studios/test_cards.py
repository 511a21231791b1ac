"""Cards, and numbers as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from core.catalogue.listing import listing, listings
from core.catalogue.snapshot import current
from playground.studios.cards import card, sections
from playground.templatetags.labels import link_name, outcome
from playground.templatetags.money import cost, money, quantity, units
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import no_keys as no_keys


def test_a_card_says_what_a_model_is_and_needs(models):
    shown = card(listing(current().models["openai/gpt-4o-mini-tts"]))
    assert shown["url"] == "/models/openai/gpt-4o-mini-tts"
    assert [str(task["label"]) for task in shown["tasks"]] == ["Speech"]
    assert (shown["state"], str(shown["state_label"])) == ("needs_key", "needs a key")
    assert shown["facts"] == ["13 voices"]
    assert shown["provider"] == "OpenAI, OpenRouter"


def test_sections_hold_every_model_once(models):
    entries = listings()
    slugs = [shown["slug"] for section in sections(entries) for shown in section["cards"]]
    assert sorted(slugs) == sorted(entry.model.slug for entry in entries)


@pytest.mark.parametrize(
    ("amount", "shown", "spent"),
    [
        (None, "unpriced", "unpriced"),
        (Decimal(0), "$0", "free"),
        ("0.000000000", "$0", "free"),
        (0.0042, "$0.0042", "$0.0042"),
        (Decimal("15"), "$15", "$15"),
        (Decimal("0.6"), "$0.60", "$0.60"),
    ],
)
def test_money_is_told_as_people_say_it(amount, shown, spent):
    assert (money(amount), cost(amount)) == (shown, spent)


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        (None, ""),
        ({}, ""),
        ({"text_in.character": 1}, "1 character"),
        (
            {"text_in.character": 1200, "audio_out.byte": 99999, "audio_out.second": 3.25},
            "1,200 characters, 3.2 s",
        ),
        ({"audio_out.byte": 2000}, "2,000 bytes"),
        ({"text_in.token": 5, "image_out.image": 2}, "2 images, 5 tokens"),
        (
            {"text_in.token": 170, "text_out.token": 13600, "cached_in.token": 100, "request.request": 1},
            "1 request, 170 tokens in, 13,600 tokens out",
        ),
        ({"text_in.token": 20, "image_in.token": 30, "reasoning_out.token": 7}, "50 tokens in, 7 tokens out"),
    ],
)
def test_units_are_told_in_words(counted, told):
    assert units(counted) == told


def test_numbers_are_grouped_in_the_readers_way():
    assert quantity(20000) == "20,000"
    with override("ru"):
        assert quantity(20000) == "20\xa0000"
    assert quantity(None) == ""


def test_a_name_in_a_sentence_becomes_a_link():
    assert link_name("Use a/b instead.", "a/b", "/models/a/b") == 'Use <a href="/models/a/b">a/b</a> instead.'
    assert link_name("Needs <a> key.", "a/b", "/models/a/b") == "Needs <a> key."
    assert link_name("<b> a/b", "a/b", "/x") == '&lt;b&gt; <a href="/x">a/b</a>'


def test_an_outcome_has_words():
    assert outcome("partial") == "partial"
    assert (outcome("", "open"), outcome("", "released")) == ("running", "released")
    with override("ru"):
        assert outcome("nonsense") == "nonsense"
