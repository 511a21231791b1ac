"""Chats by socket: what is sent, what is stored, how an answer ends."""

from __future__ import annotations

import asyncio
import json

import pytest

from core import background
from core.models import AIModel, Budget, UsageRecord
from core.models.offload import offload
from playground.models import Conversation, Message, Run, Upload
from playground.runs import autosave, recovery, registry
from playground.runs.tasks import chat_texts
from tests.playground.conftest import ENDS
from tests.playground.conversation_frames import (
    CHAT_MODEL,
    QUESTION,
    ask,
    begin,
    client_of,
    image_parts,
    image_upload,
    read_conversation,
    streamed_text,
)
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

LONG = " ".join(f"word{number}" for number in range(60))


async def options(endpoint, **values):
    endpoint.options = values
    await offload(endpoint.save)
    await offload(background.refresh)


async def test_a_chat_without_a_conversation_is_a_run_alone(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    began, done = await ask(tab)
    assert tab.types() == ["run.started", "text.delta", "run.usage", "run.done"]
    assert streamed_text(tab) == QUESTION
    assert (done["outcome"], done["receipt"]["finish_reason"]) == ("completed", "stop")
    assert "conversation" not in began
    run = await Run.objects.aget()
    assert (run.state, run.title, run.answer["text"], run.text) == ("completed", QUESTION, QUESTION, QUESTION)
    assert await Conversation.objects.acount() == 0


async def test_a_new_conversation_stores_question_and_answer(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    began, done = await ask(tab, conversation="new", params={"temperature": 0.5, "system": "Be kind."})
    assert (began["title"], began["left_out"]) == (QUESTION, [])
    found = await read_conversation(alice, began["conversation"])
    question, answer = found["messages"]
    assert [question["id"], answer["id"]] == [*began["messages"], began["message"]]
    assert (found["title"], found["model"], found["head"]) == (QUESTION, CHAT_MODEL, answer["id"])
    assert found["settings"] == {"temperature": 0.5, "system": "Be kind."}
    assert (question["role"], question["text"], question["parent"]) == ("user", QUESTION, None)
    assert (answer["role"], answer["text"], answer["parent"]) == ("assistant", QUESTION, question["id"])
    assert (answer["state"], answer["run"], answer["receipt"]) == ("completed", done["run"], done["receipt"])
    assert found["cost"] == {"total": done["receipt"]["cost"], "unpriced": 0}


async def test_reasoning_calls_and_images_are_sent_and_stored(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    began, _ = await ask(
        tab, conversation="new", params={"reasoning_effort": "low", "modalities": ["text", "image"]}
    )
    assert tab.types()[1:5] == ["reasoning.delta", "reasoning.done", "text.delta", "image.ready"]
    ready = next(frame for frame in tab.frames if frame["type"] == "image.ready")
    upload = await Upload.objects.aget()
    assert (ready["index"], ready["url"], ready["media_type"]) == (0, f"/uploads/{upload.id}", "image/png")
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    assert answer["reasoning"] == "A rehearsal does not think. It repeats."
    thought = next(frame["seconds"] for frame in tab.frames if frame["type"] == "reasoning.done")
    assert 0 < thought < 5
    assert (answer["reasoning_seconds"], answer["elapsed"]) == (thought, None)
    assert answer["images"] == [{"url": ready["url"], "media_type": "image/png"}]
    tool = {"type": "function", "function": {"name": "look", "parameters": {}}}
    began, done = await ask(tab, conversation="new", params={"tools": [tool]})
    pieces = [frame for frame in tab.frames if frame["type"] == "tool.call"]
    assert "".join(piece["arguments"] for piece in pieces) == '{"rehearsed":true}'
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    assert [(call["name"], call["arguments"]) for call in answer["calls"]] == [("look", '{"rehearsed":true}')]
    assert {piece["id"] for piece in pieces} == {done["id"]}
    assert [piece["call"] for piece in pieces if piece["call"]] == [call["id"] for call in answer["calls"]]


async def test_an_audio_answer_streams_pcm_and_is_stored_as_chosen(chat_model, sign_in, alice, far_ahead):
    tab = await sign_in(alice)
    spoken = {"modalities": ["text", "audio"], "audio": {"voice": "tone", "format": "wav"}}
    await AIModel.objects.filter(slug=CHAT_MODEL).aupdate(output_modalities=["text", "audio"])
    await offload(lambda: AIModel.objects.get(slug=CHAT_MODEL).voices.create(voice_id="tone", name="Tone"))
    began, done = await ask(tab, conversation="new", params=spoken)
    assert tab.types() == [
        "run.started",
        "audio.start",
        "text.delta",
        "audio",
        "audio.end",
        "run.usage",
        "run.done",
    ]
    said = [frame for frame in tab.frames if isinstance(frame, dict) and frame["type"] == "text.delta"]
    assert {frame["spoken"] for frame in said} == {True}
    run = await Run.objects.aget()
    assert (run.format, run.bytes) == ("wav", len(tab.audio()) + 44)
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    assert answer["audio"] == {
        "url": f"/runs/{done['run']}/sound",
        "duration": run.duration,
        "transcript": QUESTION,
    }
    assert answer["text"] == QUESTION


async def test_a_stopped_answer_stores_its_text(chat_model, sign_in, alice):
    await options(chat_model, delay=0.02)
    tab = await sign_in(alice)
    began = await begin(tab, LONG, conversation="new")
    await tab.until("text.delta")
    running = (await read_conversation(alice, began["conversation"]))["messages"][1]
    assert (running["state"], running["run"]) == ("running", began["run"])
    await tab.send(type="run.stop", id="a")
    assert (await tab.until(*ENDS))["outcome"] == "stopped"
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    assert (answer["state"], answer["text"]) == ("stopped", streamed_text(tab))
    assert LONG.startswith(answer["text"])
    assert answer["text"] != LONG


async def test_a_cut_answer_is_partial_and_a_refused_one_failed(chat_model, sign_in, alice):
    await options(chat_model, fail="cut", cut_after=2)
    tab = await sign_in(alice)
    began, done = await ask(tab, conversation="new")
    assert (done["type"], done["outcome"]) == ("run.done", "partial")
    await options(chat_model, fail="auth")
    _, failed = await ask(tab, None, conversation=began["conversation"], parent=began["messages"][0])
    assert failed["type"] == "run.error"
    _, cut, refused = (await read_conversation(alice, began["conversation"]))["messages"]
    assert (cut["state"], cut["text"], cut["error"]["code"]) == ("partial", "One two", 502)
    assert (refused["state"], refused["text"], refused["error"]) == ("failed", "", failed["error"])
    assert failed["receipt"] == refused["receipt"]
    assert [step["outcome"] for step in failed["receipt"]["attempts"]] == ["failed"]


async def test_a_page_that_reloads_receives_everything_again(chat_model, sign_in, alice):
    await options(chat_model, delay=0.02)
    tab = await sign_in(alice)
    began = await begin(tab, LONG, conversation="new", render=True)
    await tab.until("text.delta")
    await tab.close()
    other, third = await sign_in(alice), await sign_in(alice)
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    for page in (other, third):
        await page.send(type="run.resume", id="z", run=answer["run"], after=0)
    for page in (other, third):
        await page.until(*ENDS)
        assert streamed_text(page) == LONG
        assert page.frames[0] == {**began, "id": "z"}
    assert other.numbers() == sorted(set(other.numbers()))


async def test_an_answer_is_rendered_while_it_is_streamed(chat_model, sign_in, alice):
    await options(chat_model, delay=0.01)
    tab = await sign_in(alice)
    text = "# Birds\n\nThey **sing** and sing and sing and sing and sing\n\n- one\n- two <b>x</b>"
    began, _ = await ask(tab, text, conversation="new", render=True)
    blocks = {frame["index"]: frame for frame in tab.frames if frame["type"] == "html.block"}
    assert {block["state"] for block in blocks.values()} == {"closed"}
    whole = "".join(blocks[index]["html"] for index in sorted(blocks))
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    assert (streamed_text(tab), answer["html"]) == (text, whole)
    assert ("<strong>sing</strong>" in whole, "<b>" in whole) == (True, False)
    kept = [frame for _, frame in (await Run.objects.aget()).frames if frame["type"] == "html.block"]
    assert [block["state"] for block in kept] == ["closed"] * len(blocks)


async def test_a_run_whose_log_is_gone_is_sent_from_its_row(chat_model, sign_in, alice, settings):
    settings.REDIS_URL = ""
    tab = await sign_in(alice)
    _, done = await ask(tab, conversation="new")
    registry.forget(next(iter(registry.runs)))
    other = await sign_in(alice)
    await other.send(type="run.resume", id="a", run=done["run"], after=0)
    await other.until(*ENDS)
    assert other.frames == tab.frames


async def test_an_answer_survives_the_death_of_its_process(chat_model, sign_in, alice, monkeypatch, settings):
    settings.REDIS_URL = ""
    monkeypatch.setattr(autosave, "INTERVAL", 0.05)
    await options(chat_model, delay=0.02)
    tab = await sign_in(alice)
    began = await begin(tab, LONG, conversation="new")
    live = next(iter(registry.runs.values()))
    await asyncio.sleep(0.3)
    # as a killed process leaves it: nothing more is written, nobody makes the run
    autosave.current().discard(live.results)
    if (under_way := autosave.current().saving) is not None:
        await under_way
    monkeypatch.setattr(live.results, "settle", lambda *_: None)
    assert await recovery.recover(()) == 1
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    assert (answer["state"], answer["text"] != "") == ("interrupted", True)
    assert LONG.startswith(answer["text"])
    await tab.send(type="run.stop", id="a")
    await tab.until(*ENDS)


async def test_a_budget_without_room_refuses_before_anything_is_sent(chat_model, sign_in, alice):
    await offload(lambda: Budget.objects.create(user=alice, limit="0.00001"))
    tab = await sign_in(alice)
    began, ended = await ask(tab, conversation="new")
    assert (ended["type"], ended["error"]["code"]) == ("run.error", 402)
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    assert (answer["state"], answer["error"]["code"]) == ("failed", 402)
    assert await offload(UsageRecord.objects.count) == 0


async def test_a_socket_has_room_for_eight_runs(chat_model, sign_in, alice):
    await options(chat_model, delay=0.05)
    tab = await sign_in(alice)
    for number in range(8):
        assert (await begin(tab, LONG, id=str(number), conversation="new"))["type"] == "run.started"
    refused = await begin(tab, LONG, id="8", conversation="new")
    assert (refused["type"], refused["error"]["code"]) == ("error", 429)
    for number in range(8):
        await tab.send(type="run.stop", id=str(number))
    for _ in range(8):
        assert (await tab.until(*ENDS))["outcome"] == "stopped"
    assert await Message.objects.filter(state="running").acount() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"render": "yes"},
        {"conversation": 5},
        {"conversation": "x"},
        {"parent": "0" * 32},
        {"parent": "x", "conversation": "0" * 32},
    ],
)
async def test_a_frame_that_is_no_start_is_named(chat_model, sign_in, alice, fields):
    tab = await sign_in(alice)
    error = await begin(tab, **fields)
    assert (error["type"], error["error"]["param"]) == (
        "error",
        "parent" if "parent" in fields else next(iter(fields)),
    )


async def test_the_body_sent_is_stored_and_shown_to_its_owner(chat_model, sign_in, alice, bob, charlie):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    _, done = await ask(
        tab, image_parts(upload), conversation="new", params={"temperature": 1, "system": "Be kind."}
    )
    url = f"/runs/{done['run']}/request"
    told = json.loads((await (await client_of(alice)).get(url)).content)
    reference = {"upload": str(upload.id), "media_type": "image/png", "bytes": upload.bytes}
    assert told["sent"]["messages"] == [
        {"role": "system", "content": "Be kind."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"detail": "low", "url": reference}},
            ],
        },
    ]
    assert told["sent"]["temperature"] == 1
    assert told["answer"]["object"] == "chat.completion"
    assert told["answer"]["choices"][0]["message"]["content"] == "Look\n[image_url]"
    assert [(step["provider"], step["outcome"]) for step in told["route"]] == [("rehearsal", "completed")]
    for stranger in (bob, charlie):
        assert (await (await client_of(stranger)).get(url)).status_code == 404


async def test_of_a_very_long_answer_the_beginning_is_stored(chat_model, sign_in, alice, monkeypatch):
    monkeypatch.setattr(chat_texts, "MOST", 5)
    tab = await sign_in(alice)
    began, done = await ask(tab, conversation="new")
    assert (streamed_text(tab), done["outcome"]) == (QUESTION, "completed")
    answer = (await read_conversation(alice, began["conversation"]))["messages"][1]
    notice = "<p><em>Only the beginning of this answer is kept: it is too long.</em></p>"
    assert (answer["text"], answer["html"]) == ("One t", f"<p>One t</p>{notice}")
    client = await client_of(alice)
    assert notice in (await client.get(f"/runs/{done['run']}")).content.decode()
    told = json.loads((await client.get(f"/runs/{done['run']}/request")).content)
    assert told["answer"]["choices"][0]["message"]["content"] == ""
    stored = [body async for batch in registry.stored_events(Run(id=done["run"]), 0) for _, body in batch]
    assert "".join(body["text"] for body in stored if body["type"] == "text.delta") == QUESTION
