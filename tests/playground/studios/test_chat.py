"""The chat tab of a model's page: what it is told of the model, whose conversation it opens."""

from __future__ import annotations

import json
import re

import pytest

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
    for slug, (takes, makes) in made.items():
        model = AIModel.objects.create(
            slug=slug, name=slug, tasks=["chat"], input_modalities=takes, output_modalities=makes
        )
        Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal-chat")


def json_script(page: str, name: str):
    (found,) = re.findall(rf'<script id="chat-{name}" type="application/json">(.*?)</script>', page)
    return json.loads(found)


def open_page(client, user, slug: str, query: str = ""):
    client.force_login(user)
    return client.get(f"/models/{slug}{query}")


def test_a_model_lists_its_inputs_and_alternatives_for_the_rest(client, alice, chat_models):
    page = open_page(client, alice, "stage/reader").content.decode()
    accepts = json_script(page, "accepts")
    assert list(accepts) == KINDS
    assert [accepts[kind]["ok"] for kind in KINDS] == [False] * 4
    assert accepts["image"]["why"] == "This model cannot see pictures. These can: stage/senses."
    assert (
        json_script(page, "speaks")["why"] == "This model answers in writing only. These can: stage/senses."
    )
    senses = next(model for model in json_script(page, "models") if model["slug"] == "stage/senses")
    assert [senses["accepts"][kind] for kind in ("image", "video")] == [
        {"ok": True, "why": "", "limit_mb": 20},
        {"ok": True, "why": "", "limit_mb": 50},
    ]
    assert senses["speaks"]["formats"] == ["wav", "mp3", "flac", "opus", "aac"]


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
