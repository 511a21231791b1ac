"""The page of all models: tasks, filters, what works first, the rest folded."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from core.catalogue.snapshot import current
from playground.models import Favourite, Run
from tests.playground.views.pages.page_text import page_text


def cards(answer) -> list[str]:
    return re.findall(r'class="card-slug">([^<]+)<', answer.content.decode())


def tabs(answer) -> dict[str, int]:
    found = re.findall(r'data-task="(\w*)"[^>]*>.*?section-count">(\d+)<', answer.content.decode())
    return {task: int(count) for task, count in found}


def test_what_works_comes_first_and_the_rest_is_folded_by_what_it_lacks(alice_client):
    answer = alice_client.get("/models")
    groups = answer.context["groups"]
    assert [group.name for group in groups] == ["ready", "needs_key", "retired"]
    assert cards(answer) == [card["slug"] for group in groups for card in group.cards]
    slugs = cards(answer)
    assert len(slugs) == len(set(slugs)) == answer.context["count"] > 30
    assert f'Needs a key <span class="section-count">({len(groups[1].cards)})</span>' in page_text(answer)
    assert page_text(answer).count('<details class="model-group model-fold">') == 2


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
        ("q=dall-e-3", ["openai/dall-e-3"]),
        ("favourites=on", []),
    ],
)
def test_filters_narrow_the_catalogue(alice_client, query, slugs):
    answer = alice_client.get(f"/models?{query}")
    assert cards(answer) == slugs
    assert ("No model fits" in page_text(answer)) is (not slugs)


def test_the_tabs_count_the_models_of_each_task_and_keep_the_other_filters(alice_client):
    answer = alice_client.get("/models?provider=elevenlabs&task=transcription&q=")
    assert tabs(answer) == {
        "": 10, "speech": 7, "transcription": 3, "translation": 0, "chat": 0, "image": 0, "embedding": 0
    }  # fmt: skip
    assert {slug.rpartition("_")[0] for slug in cards(answer)} == {"elevenlabs/scribe"}
    page = page_text(answer)
    assert page.count('data-task="transcription" aria-current="page"') == page.count('class="tab" ') - 6 == 1
    assert "?provider=elevenlabs&amp;q=&amp;task=speech" in page


def test_readiness_and_an_announced_end_are_both_shown(alice_client, monkeypatch):
    models = current().models
    ending = replace(models["local/espeak-ng"], shutdown_at=date(2099, 5, 1))
    monkeypatch.setitem(models, "local/espeak-ng", ending)
    tags = re.findall(r'<span class="tag[^>]*>([^<]+)<', page_text(alice_client.get("/models?q=espeak")))
    assert tags == ["ready", "ends on May 1, 2099"]


def test_favourites_come_first_then_what_was_used_last(alice_client, alice, bob, run):
    Favourite.objects.create(user=alice, model="local/canvas")
    Favourite.objects.create(user=bob, model="local/inspector")
    Run.objects.create(user=bob, task="chat", model="local/inspector")
    answer = alice_client.get("/models")
    first, second, *rest = answer.context["groups"][0].cards
    assert (first["slug"], first["favourite"], first["used"]) == ("local/canvas", True, "")
    assert (second["slug"], second["favourite"], second["used"]) == (
        "local/espeak-ng",
        False,
        "used just now",
    )
    assert {(card["favourite"], card["used"]) for card in rest} == {(False, "")}
    assert cards(alice_client.get("/models?favourites=on")) == ["local/canvas"]
