"""Earlier messages as the next model receives them."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from core.models.offload import offload
from playground.models import Upload
from tests.playground.conversation_frames import (
    QUESTION,
    TEXT_MODEL,
    ask,
    begin,
    image_parts,
    image_upload,
    last_sent,
    read_conversation,
)
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_a_file_that_the_next_model_cannot_take_becomes_a_note(chat_model, text_model, sign_in, alice):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    began, _ = await ask(tab, image_parts(upload), conversation="new")
    place = {"conversation": began["conversation"], "parent": began["message"]}
    again, done = await ask(tab, "And now?", model=TEXT_MODEL, **place)
    assert done["outcome"] == "completed"
    assert again["left_out"] == [{"message": began["messages"][0], "part": 1, "modality": "image"}]
    assert (await last_sent())[0]["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "text", "text": "[image: kiwi.png, not shown to this model]"},
    ]
    refused = await begin(tab, image_parts(upload), model=TEXT_MODEL, **place)
    assert (refused["type"], refused["error"]["code"]) == ("run.error", 400)
    assert (await read_conversation(alice, began["conversation"]))["model"] == TEXT_MODEL


async def test_a_file_that_is_gone_is_named_and_does_no_harm(chat_model, sign_in, alice, settings):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    began, _ = await ask(tab, image_parts(upload), conversation="new")
    await Upload.objects.aupdate(created_at="2020-01-01T00:00:00Z")
    settings.UPLOAD_RETENTION_DAYS = 30
    await offload(call_command, "delete_expired", verbosity=0)
    assert await Upload.objects.acount() == 0
    known = (await read_conversation(alice, began["conversation"]))["messages"][0]["parts"][1]["image_url"][
        "upload"
    ]
    assert (known["name"], known["width"], known["gone"]) == ("kiwi.png", 2, True)
    again, done = await ask(tab, "And?", conversation=began["conversation"], parent=began["message"])
    assert (done["outcome"], len(again["left_out"])) == ("completed", 1)
    assert (await last_sent())[0]["content"][1]["text"] == "[image: kiwi.png, no longer kept]"


async def test_calls_stay_calls_where_their_results_follow(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    tools = {"tools": [{"type": "function", "function": {"name": "look", "parameters": {}}}]}
    began, _ = await ask(tab, conversation="new", params=tools)
    place = {"conversation": began["conversation"], "parent": began["message"]}
    result = {"role": "tool", "tool_call_id": "call_rehearsal", "content": "a bird"}
    await ask(tab, None, params={**tools, "messages": [result]}, **place)
    _, answer, told = await last_sent()
    assert told == result
    assert answer["tool_calls"] == [
        {
            "id": "call_rehearsal",
            "type": "function",
            "function": {"name": "look", "arguments": '{"rehearsed":true}'},
        }
    ]
    await ask(tab, "Never mind", **place)
    assert (await last_sent())[1] == {
        "role": "assistant",
        "content": '[called look({"rehearsed":true})]',
    }


async def test_an_audio_answer_is_sent_back_as_its_transcript(chat_model, sign_in, alice, far_ahead):
    tab = await sign_in(alice)
    began, _ = await ask(tab, conversation="new", params={"modalities": ["text", "audio"]})
    await ask(tab, "And?", conversation=began["conversation"], parent=began["message"])
    assert (await last_sent())[1] == {"role": "assistant", "content": QUESTION}
