"""A `run.start` of a chat that is refused."""

from __future__ import annotations

import pytest

from playground.models import Conversation, Message, Run
from tests.playground.conversation_frames import (
    ask,
    begin,
)
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"params": {"messages": "x"}}, "messages"),
        ({"params": {"messages": []}}, "messages"),
        ({"params": {"messages": [{"role": "user", "content": 7}]}}, "messages[0].content"),
        ({"params": {"system": 5}}, "system"),
        ({"params": {"api_key": "x"}}, "api_key"),
        ({"conversation": "new", "params": {"messages": []}}, "messages"),
        ({"conversation": "0" * 32}, "conversation"),
    ],
)
async def test_a_wrong_start_is_refused_and_leaves_nothing(chat_model, sign_in, alice, fields, param):
    tab = await sign_in(alice)
    error = await begin(tab, **fields)
    assert (error["type"], error["error"]["param"]) == ("run.error", param)
    assert (await Run.objects.acount(), await Conversation.objects.acount()) == (0, 0)


async def test_a_conversation_is_continued_by_its_owner_only(chat_model, sign_in, alice, bob, charlie):
    tab = await sign_in(alice)
    began, _ = await ask(tab, conversation="new")
    answers = []
    for stranger in (bob, charlie):
        other = await sign_in(stranger)
        for number in (began["conversation"], "0" * 32):
            answers.append((await begin(other, conversation=number))["error"])
    assert answers == [answers[0]] * 4
    assert answers[0]["code"] == 404
    assert await Message.objects.acount() == 2
