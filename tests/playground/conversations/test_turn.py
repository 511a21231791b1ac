"""Turns of a conversation: continued, branched, followed by two tabs."""

from __future__ import annotations

import pytest

from core.models import UsageRecord
from core.models.offload import offload
from tests.playground.conftest import ENDS
from tests.playground.conversation_frames import ask, begin, last_sent, read_conversation
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model
from tests.playground.runs.tasks.test_chat import LONG, options

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_a_conversation_goes_on_from_its_last_answer(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    began, _ = await ask(tab, "First", conversation="new", params={"system": "Be kind."})
    place = {"conversation": began["conversation"], "parent": began["message"]}
    again, _ = await ask(tab, "Second", **place, params={"temperature": 0})
    assert await last_sent() == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "First"},
        {"role": "assistant", "content": "First"},
        {"role": "user", "content": "Second"},
    ]
    found = await read_conversation(alice, began["conversation"])
    ids = [message["id"] for message in found["messages"]]
    assert [message["parent"] for message in found["messages"]] == [None, *ids[:3]]
    assert (found["title"], found["head"]) == ("First", again["message"])
    assert found["settings"] == {"temperature": 0, "system": "Be kind."}
    records = await offload(lambda: [row.cost for row in UsageRecord.objects.all()])
    assert found["cost"]["total"] == float(sum(records))


async def test_an_edit_and_a_new_try_are_branches(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    began, _ = await ask(tab, "First", conversation="new")
    number, (question,) = began["conversation"], began["messages"]
    again, _ = await ask(tab, None, conversation=number, parent=question)
    edited, _ = await ask(tab, "Edited", conversation=number)
    assert (again["messages"], await last_sent()) == ([], [{"role": "user", "content": "Edited"}])
    found = {message["id"]: message for message in (await read_conversation(alice, number))["messages"]}
    assert found[began["message"]]["parent"] == found[again["message"]]["parent"] == question
    assert found[edited["messages"][0]]["parent"] is None
    assert len(found) == 5


async def test_two_tabs_follow_one_answer_and_both_can_go_on(chat_model, sign_in, alice):
    await options(chat_model, delay=0.01)
    tab, other = await sign_in(alice), await sign_in(alice)
    began = await begin(tab, LONG, conversation="new")
    place = {"conversation": began["conversation"], "parent": began["message"]}
    early = await begin(other, "Too early", **place)
    assert early["error"]["metadata"]["provider_code"] == "still_running"
    await other.send(type="run.resume", id="b", run=began["run"], after=0)
    await tab.until(*ENDS)
    await other.until(*ENDS)
    await options(chat_model)
    for page in (tab, other):
        await ask(page, "On", id="c", **place)
    children = [
        message["parent"] for message in (await read_conversation(alice, began["conversation"]))["messages"]
    ]
    assert children.count(began["message"]) == 2
