"""Copies of a conversation."""

from __future__ import annotations

import json

import pytest

from core.models.offload import offload
from playground.models import Run
from tests.playground.conversation_frames import ask, client_of, image_parts, image_upload, read_conversation
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_a_fork_has_the_path_and_owes_nothing(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    began, _ = await ask(tab, image_parts(upload), conversation="new")
    place = {"conversation": began["conversation"], "parent": began["message"]}
    await ask(tab, "Left out", **place)
    mine = await client_of(alice)
    body = {"message": began["message"]}
    url = f"/conversations/{began['conversation']}/fork"
    answer = await mine.post(url, body, content_type="application/json")
    assert answer.status_code == 201
    copy = await read_conversation(alice, json.loads(answer.content)["id"])
    assert copy["title"] == "Look (2)"
    again = {"message": copy["head"]}
    answer = await mine.post(f"/conversations/{copy['id']}/fork", again, content_type="application/json")
    assert (await read_conversation(alice, json.loads(answer.content)["id"]))["title"] == "Look (3)"
    assert [message["text"] for message in copy["messages"]] == ["Look", "Look\n[image_url]"]
    assert copy["cost"] == {"total": None, "unpriced": 0}
    assert (await mine.post(f"/conversations/{began['conversation']}/delete")).status_code == 204
    assert (
        "gone"
        not in (await read_conversation(alice, copy["id"]))["messages"][0]["parts"][1]["image_url"]["upload"]
    )
    assert await Run.objects.acount() == 1
    _, done = await ask(tab, "On", conversation=copy["id"], parent=copy["head"])
    assert done["outcome"] == "completed"
    assert (await read_conversation(alice, copy["id"]))["cost"]["total"] == done["receipt"]["cost"]
