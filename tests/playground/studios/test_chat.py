"""The chat tab of a model's page: what it is told of the model, whose conversation it opens."""

from __future__ import annotations

import json
import re

import pytest

from core import background
from core.models import AIModel, Endpoint, Provider
from playground.models import Conversation

pytestmark = pytest.mark.django_db

KINDS = ["image", "file", "audio", "video"]


@pytest.fixture
def chat_models(db):
    provider = Provider.objects.create(slug="rehearsal", name="Rehearsal", wire="rehearsal", needs_key=False)
    made = {
        "stage/reader": (["text"], ["text"]),
        "stage/senses": (["text", *KINDS], ["text", "audio", "image"]),
    }
    AIModel.objects.create(slug="stage/voice", name="Voice", tasks=["speech"])
    for slug, (takes, makes) in made.items():
        model = AIModel.objects.create(
            slug=slug, name=slug, tasks=["chat"], input_modalities=takes, output_modalities=makes
        )
        Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal-chat")


def json_script(page: str, name: str):
    (found,) = re.findall(rf'<script id="chat-{name}" type="application/json">(.*?)</script>', page)
    return json.loads(found)


def open_page(client, user, slug: str, query: str = "", at: str = "models"):
    client.force_login(user)
    return client.get(f"/{at}/{slug}{query}")


def test_a_model_lists_its_inputs_and_alternatives_for_the_rest(client, alice, chat_models):
    page = open_page(client, alice, "stage/reader").content.decode()
    accepts = json_script(page, "accepts")
    assert list(accepts) == KINDS
    assert [accepts[kind]["ok"] for kind in KINDS] == [False] * 4
    assert accepts["image"]["why"] == "This model cannot see pictures. These can: stage/senses."
    assert "This model answers in writing only. These can: stage/senses." in page
    assert {model["slug"]: model["takes"] for model in json_script(page, "models")} == {
        "stage/reader": [],
        "stage/senses": KINDS,
    }


def test_what_changes_with_the_model_is_had_alone(client, alice, chat_models):
    AIModel.objects.filter(slug="stage/reader").update(features=["seed", "reasoning"], max_output=512)
    background.refresh()
    answer = open_page(client, alice, "stage/senses", at="chat")
    page = answer.content.decode()
    assert (answer.status_code, "<h1>stage/senses</h1>" in page, "<html" in page) == (200, True, False)
    facts = json_script(page, "facts")
    assert (facts["slug"], facts["address"], facts["ready"]) == (
        "stage/senses",
        "/models/stage/senses",
        True,
    )
    assert [facts["accepts"][kind] for kind in ("image", "video")] == [
        {"ok": True, "why": "", "limit_mb": 20},
        {"ok": True, "why": "", "limit_mb": 50},
    ]
    formats = re.search(r'name="format".*?</select>', page).group()
    assert re.findall(r'value="(\w+)"', formats) == ["wav", "mp3", "flac", "opus", "aac"]
    assert disabled(page) == []
    reader = open_page(client, alice, "stage/reader", at="chat").content.decode()
    assert disabled(reader) == ["temperature", "top_p", "max_tokens", "spoken", "response_format"]
    assert re.search(r'name="max_tokens" type="number" min="1" max="512"', reader)
    for unknown in ("stage/nobody", "stage/voice"):
        assert open_page(client, alice, unknown, at="chat").status_code == 404


def disabled(page: str) -> list[str]:
    return [re.search(r'name="(\w+)"', tag).group(1) for tag in re.findall(r"<[^>]* disabled[^>]*>", page)]


def test_a_conversation_opens_only_for_its_owner(client, alice, bob, charlie, chat_models):
    mine = Conversation.objects.create(user=alice, title="Birds", model="stage/reader")
    query = f"?conversation={mine.id}"
    page = open_page(client, alice, "stage/reader", query)
    assert (page.status_code, f'data-conversation="{mine.id}"' in page.content.decode()) == (200, True)
    assert [row["title"] for row in json_script(page.content.decode(), "conversations")["conversations"]] == [
        "Birds"
    ]
    for stranger in (bob, charlie):
        answer = open_page(client, stranger, "stage/reader", query)
        assert (answer.status_code, "Birds" in answer.content.decode()) == (404, False)
    assert open_page(client, alice, "stage/reader", "?conversation=x").status_code == 404
