"""A branch of a conversation as a file."""

from __future__ import annotations

import json

import pytest

from core.models.offload import offload
from playground.models import Conversation, Message
from tests.playground.conversation_frames import ask, client_of, image_parts, image_upload
from tests.playground.conversation_frames import chat_model as chat_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_markdown_has_one_branch_with_names_files_and_reasoning(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    began, done = await ask(tab, image_parts(upload), conversation="new", params={"system": "Be *brief*."})
    await ask(tab, "Another question", conversation=began["conversation"])
    first = await Message.objects.aget(run=done["run"])
    await Message.objects.filter(id=first.id).aupdate(
        text="The **answer**.", answer={**first.answer, "reasoning": "It looks\n\nsmall."}, error=None
    )
    question = await Message.objects.aget(id=first.parent_id)
    await Conversation.objects.aupdate(title="Two\nlines")
    mine = await client_of(alice)
    answer = await mine.get(f"/conversations/{began['conversation']}/conversation.md", {"to": str(first.id)})
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer.content.decode() == (
        "# Two lines\n\n## System prompt\n\nBe *brief*.\n\n"
        f"## You\n\n*[image: {upload.name}]*\n\n{question.text}\n\n"
        "## stage/chat\n\n> It looks\n>\n> small.\n\nThe **answer**.\n"
    )


async def test_json_has_the_fields_of_each_message(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    began, _ = await ask(tab, "One two", conversation="new")
    mine = await client_of(alice)
    answer = await mine.get(f"/conversations/{began['conversation']}/conversation.json")
    told = json.loads(answer.content)
    question, reply = told.pop("messages")
    row = await Message.objects.aget(role="assistant")
    assert (told["id"], told["model"]) == (began["conversation"], "stage/chat")
    assert question["content"] == [{"type": "text", "text": "One two"}]
    fields = {"model": "stage/chat", "content": row.text, "cost": float(row.cost), "state": "completed"}
    assert {name: reply[name] for name in fields} == fields


async def test_a_message_of_another_conversation_is_not_there(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    began, _ = await ask(tab, conversation="new")
    other, _ = await ask(tab, conversation="new")
    mine = await client_of(alice)
    address = f"/conversations/{began['conversation']}/conversation.md"
    answers = [
        await mine.get(address, {"to": other["message"]}),
        await mine.get(address, {"to": "x"}),
        await mine.get(address.replace(".md", ".docx")),
    ]
    assert [answer.status_code for answer in answers] == [404, 400, 404]
