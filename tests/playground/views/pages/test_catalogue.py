"""The page of the catalogue and its filters."""

from __future__ import annotations

import re

import pytest

from tests.playground.views.pages.page_text import page_text


def cards(answer) -> list[str]:
    return re.findall(r'class="card-slug">([^<]+)<', answer.content.decode())


def test_the_catalogue_shows_every_model_that_is_not_retired(alice_client):
    slugs = cards(alice_client.get("/"))
    assert "local/espeak-ng" in slugs
    assert "openai/dall-e-3" not in slugs
    assert len(slugs) == len(set(slugs)) > 30


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("q=espeak", ["local/espeak-ng"]),
        ("q=ESPEAK+robotic", ["local/espeak-ng"]),
        ("task=speech&provider=local", ["local/hibari", "local/espeak-ng"]),
        ("q=nothing-is-called-this", []),
        ("provider=nobody", []),
        ("task=juggling", []),
        ("output=transcription&q=scribe_v3", ["elevenlabs/scribe_v3"]),
        ("input=audio&output=text&q=voxtral+small+2507", ["mistralai/voxtral-small-24b-2507"]),
        ("price=0&task=speech", ["local/hibari", "local/espeak-ng"]),
        ("price=NaN&q=espeak", ["local/espeak-ng"]),
        ("q=dall-e-3&retired=on", ["openai/dall-e-3"]),
    ],
)
def test_filters_narrow_the_catalogue(alice_client, query, slugs):
    answer = alice_client.get(f"/?{query}")
    assert cards(answer) == slugs
    assert ("No model fits" in page_text(answer)) is (not slugs)


def test_someone_without_a_password_is_offered_one(alice_client, alice):
    assert "Set a password" not in page_text(alice_client.get("/"))
    alice.set_unusable_password()
    alice.save()
    alice_client.force_login(alice)
    assert 'href="/accounts/password/set/"' in page_text(alice_client.get("/"))
