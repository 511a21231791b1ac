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
def minds(db):
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


def told(page: str, name: str):
    (found,) = re.findall(rf'<script id="chat-{name}" type="application/json">(.*?)</script>', page)
    return json.loads(found)


def opened(client, user, slug: str, query: str = ""):
    client.force_login(user)
    return client.get(f"/models/{slug}{query}")


def test_a_model_says_what_it_takes_and_who_takes_the_rest(client, alice, minds):
    page = opened(client, alice, "stage/reader").content.decode()
    accepts = told(page, "accepts")
    assert list(accepts) == KINDS
    assert [accepts[kind]["ok"] for kind in KINDS] == [False] * 4
    assert accepts["image"]["why"] == "This model cannot see pictures. These can: stage/senses."
    assert told(page, "speaks")["why"] == "This model answers in writing only. These can: stage/senses."
    senses = next(model for model in told(page, "models") if model["slug"] == "stage/senses")
    assert [senses["accepts"][kind] for kind in ("image", "video")] == [
        {"ok": True, "why": "", "limit_mb": 20},
        {"ok": True, "why": "", "limit_mb": 50},
    ]
    assert senses["speaks"]["formats"] == ["wav", "mp3", "flac", "opus", "aac"]


def test_a_conversation_opens_for_its_owner_alone(client, alice, bob, charlie, minds):
    mine = Conversation.objects.create(user=alice, title="Birds", model="stage/reader")
    query = f"?conversation={mine.id}"
    page = opened(client, alice, "stage/reader", query)
    assert (page.status_code, f'data-conversation="{mine.id}"' in page.content.decode()) == (200, True)
    assert [row["title"] for row in told(page.content.decode(), "conversations")["conversations"]] == [
        "Birds"
    ]
    for stranger in (bob, charlie):
        answer = opened(client, stranger, "stage/reader", query)
        assert (answer.status_code, "Birds" in answer.content.decode()) == (404, False)
    assert opened(client, alice, "stage/reader", "?conversation=x").status_code == 404
