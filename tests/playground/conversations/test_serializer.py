"""The list of conversations."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from playground.models import Conversation
from tests.playground.conversation_frames import (
    ask,
    client_of,
)
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_the_list_is_searched_in_titles_and_texts(chat_model, sign_in, alice, bob):
    tab = await sign_in(alice)
    for text in ("Птицы поют", "Birds sing"):
        await ask(tab, text, conversation="new")
    mine = await client_of(alice)

    async def titles(query: str, client=mine) -> list[str]:
        answer = await client.get("/conversations/", {"q": query})
        return [row["title"] for row in json.loads(answer.content)["conversations"]]

    assert await titles("") == ["Birds sing", "Птицы поют"]
    assert await titles("птицы ПОЮТ") == ["Птицы поют"]
    assert await titles("sin.") == []
    assert await titles("", await client_of(bob)) == []
    first = await Conversation.objects.alast()
    await mine.post(
        f"/conversations/{first.id}/rename", {"title": "  Vögel "}, content_type="application/json"
    )
    assert (await titles("vögel"), await titles("поют")) == (["Vögel"], ["Vögel"])
    row = json.loads((await mine.get("/conversations/?q=birds")).content)["conversations"][0]
    assert (row["messages"], row["cost"]) == (2, 0.0004)


async def test_the_list_has_the_newest_first(alice):
    for number in (3, 1, 4, 2, 5):
        changed = timezone.now() + timedelta(minutes=number)
        await Conversation.objects.acreate(user=alice, title=str(number), model="m/x", updated_at=changed)
    answer = await (await client_of(alice)).get("/conversations/")
    assert [row["title"] for row in json.loads(answer.content)["conversations"]] == ["5", "4", "3", "2", "1"]
