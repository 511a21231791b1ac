"""The switcher finds models, pages, and conversations of nobody but the user."""

from __future__ import annotations

from typing import Any

import pytest

from core.models.offload import offload
from playground.models import Conversation
from tests.core.catalogue.conftest import catalogue as catalogue
from tests.core.catalogue.conftest import models as models
from tests.core.catalogue.conftest import no_keys as no_keys
from tests.playground.conversation_frames import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def found(user: Any, words: str = "") -> dict[str, list[str]]:
    """The titles in each group."""
    client = await client_of(user)
    answer = await client.get("/switcher", {"q": words})
    assert answer.headers["Cache-Control"] == "private, no-store"
    return {group["label"]: [row["title"] for row in group["choices"]] for group in answer.json()["groups"]}


@pytest.fixture
async def conversation(models, alice):
    create = Conversation.objects.create
    return await offload(create, user=alice, title="Pelicans in the rain", model="local/inspector")


async def test_what_is_ready_the_latest_conversations_and_the_pages_come_unasked(conversation, alice):
    groups = await found(alice)
    assert set(groups["Models"]) == {"Hibari", "eSpeak NG", "Whisper Base", "Canvas", "Inspector"}
    assert groups["Conversations"] == ["Pelicans in the rain"]
    assert groups["Pages"] == ["Home", "Models", "History", "Usage", "API keys", "API reference"]


async def test_a_conversation_is_found_by_its_owner_only(conversation, alice, bob, charlie, async_client):
    client = await client_of(alice)
    (group,) = (await client.get("/switcher", {"q": "pelican"})).json()["groups"]
    assert group == {
        "label": "Conversations",
        "choices": [
            {
                "title": "Pelicans in the rain",
                "detail": "Inspector",
                "icon": "chat",
                "url": f"/models/local/inspector?conversation={conversation.id}",
            }
        ],
    }
    assert await found(bob, "pelican") == await found(charlie, "pelican") == {}
    assert (await async_client.get("/switcher")).status_code == 401


async def test_a_model_without_a_key_is_found_by_name_and_says_what_it_needs(models, alice):
    client = await client_of(alice)
    (group,) = (await client.get("/switcher", {"q": "openai/gpt-4o-mini-tts"})).json()["groups"]
    assert (group["choices"][0]["detail"], group["choices"][0]["url"]) == (
        "Speech · needs a key · ends on Jan 6, 2027",
        "/models/openai/gpt-4o-mini-tts",
    )


async def test_the_administration_is_for_staff(models, alice):
    assert await found(alice, "administration") == {}
    alice.is_staff = True
    await offload(alice.save)
    assert await found(alice, "administration") == {"Pages": ["Administration"]}
    assert await found(alice, "nothing\0at all") == {}
