"""What to use instead of a model that ends: only what works here."""

from __future__ import annotations

import pytest

from core.catalogue.lookup import get
from core.catalogue.shutdown import successor


def instead(slug: str) -> str | None:
    found = successor(get(slug))
    return found.slug if found else None


@pytest.fixture(autouse=True)
def engine(monkeypatch) -> None:
    monkeypatch.setattr("core.catalogue.readiness.install_hint", lambda engine: None)


def test_nothing_is_named_where_nothing_can_be_used(models):
    assert instead("openai/dall-e-3") is None
    assert instead("openai/tts-1") is None


def test_the_named_replacement_goes_first_where_it_can_be_used(models, keys):
    keys(OPENAI="sk-direct", GEMINI="a key")
    assert instead("openai/tts-1") == "google/gemini-3.8-flash-lite-tts"


def test_else_the_nearest_that_has_no_end(models, keys):
    keys(ELEVENLABS="a key")
    other = successor(get("openai/tts-1"))
    assert (other.author, other.shutdown_at) == ("ElevenLabs", None)


def test_an_embedded_model_replaces_where_it_is_recommended(models):
    assert instead("local/pocketsphinx") == "local/whisper-base"
    assert instead("openai/dall-e-3") is None  # Canvas draws, but not as an image model does
