"""Chats by socket: what is told, what is kept, how a conversation goes on."""

from __future__ import annotations

import json

import pytest
from django.test import AsyncClient

from core.models import AIModel, Endpoint, Price, Provider
from core.models.offload import offload
from playground.models import Conversation, Message, Run
from tests.playground.conftest import ENDS

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

CHAT = "stage/chat"
SAID = "One two three"


@pytest.fixture
def mind(rehearsal):
    """A model that tells back what it is told, for a price."""
    model = AIModel.objects.create(
        slug=CHAT,
        name="Mind",
        tasks=["chat"],
        input_modalities=["text", "image", "file", "audio", "video"],
        output_modalities=["text", "audio", "image"],
        features=["tools", "response_format", "reasoning", "streaming", "audio_output"],
        formats=["pcm"],
    )
    provider = Provider.objects.get(slug="rehearsal")
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal-chat")
    for kind in ("text_in", "text_out"):
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit="0.0001")
    return endpoint


async def ask(tab, text=SAID, id="a", **more):
    """Ask and hear the answer to its end."""
    params = {"messages": [{"role": "user", "content": text}] if text else [], **more.pop("params", {})}
    await tab.say(type="run.start", id=id, task="chat", model=more.pop("model", CHAT), params=params, **more)
    return await tab.until(*ENDS)


async def shown(user, conversation) -> dict:
    client = AsyncClient()
    await client.aforce_login(user)
    answer = await client.get(f"/conversations/{conversation}/")
    assert answer.status_code == 200
    return json.loads(answer.content)


def texts(tab) -> str:
    told = (frame for frame in tab.heard if isinstance(frame, dict) and frame["type"] == "text.delta")
    return "".join(frame["text"] for frame in told)


async def test_a_chat_without_a_conversation_is_a_run_alone(mind, sign_in, alice):
    tab = await sign_in(alice)
    done = await ask(tab)
    assert tab.kinds() == ["run.started", "text.delta", "run.usage", "run.done"]
    assert texts(tab) == SAID
    assert (done["outcome"], done["receipt"]["finish_reason"]) == ("completed", "stop")
    assert "conversation" not in tab.heard[0]
    run = await Run.objects.aget()
    assert (run.state, run.title, run.answer["text"], run.text) == ("completed", SAID, SAID, SAID)
    assert await Conversation.objects.acount() == 0


async def test_a_new_conversation_keeps_question_and_answer(mind, sign_in, alice):
    tab = await sign_in(alice)
    done = await ask(tab, conversation="new", params={"temperature": 0.5, "system": "Be kind."})
    began = tab.heard[0]
    assert (began["title"], began["left_out"]) == (SAID, [])
    found = await shown(alice, began["conversation"])
    question, answer = found["messages"]
    assert [question["id"], answer["id"]] == [*began["messages"], began["message"]]
    assert (found["title"], found["model"], found["head"]) == (SAID, CHAT, answer["id"])
    assert found["settings"] == {"temperature": 0.5, "system": "Be kind."}
    assert (question["role"], question["text"], question["parent"]) == ("user", SAID, None)
    assert (answer["role"], answer["text"], answer["parent"]) == ("assistant", SAID, question["id"])
    assert (answer["state"], answer["run"], answer["receipt"]) == ("completed", done["run"], done["receipt"])
    assert found["cost"] == {"total": done["receipt"]["cost"], "unpriced": 0}
    run = await Run.objects.aget()
    assert (await Message.objects.aget(id=answer["id"])).run_id == run.id
    assert await offload(lambda: Conversation.objects.get().user) == alice
