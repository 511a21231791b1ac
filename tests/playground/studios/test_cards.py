"""Cards, and numbers as people read them."""

from __future__ import annotations

from core.catalogue.listing import listing, listings
from core.catalogue.snapshot import current
from playground.studios.cards import card, groups
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import no_keys as no_keys


def test_a_card_describes_a_model_and_what_it_needs(models):
    shown = card(listing(current().models["openai/gpt-4o-mini-tts"]))
    assert shown["url"] == "/models/openai/gpt-4o-mini-tts"
    assert [str(task["label"]) for task in shown["tasks"]] == ["Speech"]
    assert (shown["state"], str(shown["state_label"])) == ("needs_key", "needs a key")
    assert shown["facts"] == ["13 voices"]
    assert shown["provider"] == "OpenAI, OpenRouter"


def test_groups_hold_every_model_once(models):
    entries = listings()
    found = groups(entries)
    slugs = [shown["slug"] for group in found for shown in group.cards]
    assert sorted(slugs) == sorted(entry.model.slug for entry in entries)
    assert [(group.name, group.label) for group in found] == [
        ("ready", "Ready to use"),
        ("needs_key", "Needs a key"),
        ("retired", "Retired"),
    ]
    assert {shown["state"] for group in found for shown in group.cards if group.name == "ready"} == {"ready"}
