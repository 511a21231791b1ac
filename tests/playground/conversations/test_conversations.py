"""Conversations as trees: gone on with, branched, read by other models, copied, searched, deleted."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from core.models import UsageRecord
from core.models.offload import offload
from playground.models import Conversation, Message, Preset, Run, Upload
from tests.playground.conftest import ENDS
from tests.playground.conversation_frames import READER, SAID, ask, begin, client_of, picture, seen, shown
from tests.playground.conversation_frames import mind as mind
from tests.playground.conversation_frames import reader as reader
from tests.playground.runs.test_chat import LONG, options

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

NOBODYS = "00000000-0000-4000-8000-000000000000"


def sent(run: Run) -> list:
    return run.sent["messages"]


def stored(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


async def last_sent() -> list:
    return sent(await Run.objects.order_by("-created_at").afirst())


async def test_a_conversation_goes_on_from_its_last_answer(mind, sign_in, alice):
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
    found = await shown(alice, began["conversation"])
    ids = [message["id"] for message in found["messages"]]
    assert [message["parent"] for message in found["messages"]] == [None, *ids[:3]]
    assert (found["title"], found["head"]) == ("First", again["message"])
    assert found["settings"] == {"temperature": 0, "system": "Be kind."}
    records = await offload(lambda: [row.cost for row in UsageRecord.objects.all()])
    assert found["cost"]["total"] == float(sum(records))


async def test_an_edit_and_a_new_try_are_branches(mind, sign_in, alice):
    tab = await sign_in(alice)
    began, _ = await ask(tab, "First", conversation="new")
    number, (question,) = began["conversation"], began["messages"]
    again, _ = await ask(tab, None, conversation=number, parent=question)
    edited, _ = await ask(tab, "Edited", conversation=number)
    assert (again["messages"], await last_sent()) == ([], [{"role": "user", "content": "Edited"}])
    found = {message["id"]: message for message in (await shown(alice, number))["messages"]}
    assert found[began["message"]]["parent"] == found[again["message"]]["parent"] == question
    assert found[edited["messages"][0]]["parent"] is None
    assert len(found) == 5


async def test_two_tabs_follow_one_answer_and_both_can_go_on(mind, sign_in, alice):
    await options(mind, delay=0.01)
    tab, other = await sign_in(alice), await sign_in(alice)
    began = await begin(tab, LONG, conversation="new")
    place = {"conversation": began["conversation"], "parent": began["message"]}
    early = await begin(other, "Too early", **place)
    assert early["error"]["metadata"]["provider_code"] == "still_running"
    await other.say(type="run.resume", id="b", run=began["run"], after=0)
    await tab.until(*ENDS)
    await other.until(*ENDS)
    await options(mind)
    for page in (tab, other):
        await ask(page, "On", id="c", **place)
    children = [message["parent"] for message in (await shown(alice, began["conversation"]))["messages"]]
    assert children.count(began["message"]) == 2


async def test_another_model_is_told_what_it_cannot_be_shown(mind, reader, sign_in, alice):
    tab = await sign_in(alice)
    upload = await offload(picture, alice)
    began, _ = await ask(tab, seen(upload), conversation="new")
    place = {"conversation": began["conversation"], "parent": began["message"]}
    again, done = await ask(tab, "And now?", model=READER, **place)
    assert done["outcome"] == "completed"
    assert again["left_out"] == [{"message": began["messages"][0], "part": 1, "modality": "image"}]
    assert (await last_sent())[0]["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "text", "text": "[image: kiwi.png, not shown to this model]"},
    ]
    refused = await begin(tab, seen(upload), model=READER, **place)
    assert (refused["type"], refused["error"]["code"]) == ("run.error", 400)
    assert (await shown(alice, began["conversation"]))["model"] == READER


async def test_a_file_that_is_gone_is_named_and_does_no_harm(mind, sign_in, alice, settings):
    tab = await sign_in(alice)
    upload = await offload(picture, alice)
    began, _ = await ask(tab, seen(upload), conversation="new")
    await Upload.objects.aupdate(created_at="2020-01-01T00:00:00Z")
    settings.UPLOAD_RETENTION_DAYS = 30
    await offload(call_command, "delete_expired", verbosity=0)
    assert await Upload.objects.acount() == 0
    known = (await shown(alice, began["conversation"]))["messages"][0]["parts"][1]["image_url"]["upload"]
    assert (known["name"], known["width"], known["gone"]) == ("kiwi.png", 2, True)
    again, done = await ask(tab, "And?", conversation=began["conversation"], parent=began["message"])
    assert (done["outcome"], len(again["left_out"])) == ("completed", 1)
    assert (await last_sent())[0]["content"][1]["text"] == "[image: kiwi.png, no longer kept]"


async def test_calls_are_kept_where_their_results_follow(mind, sign_in, alice):
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


async def test_a_spoken_answer_goes_back_as_its_transcript(mind, sign_in, alice, far_ahead):
    tab = await sign_in(alice)
    began, _ = await ask(tab, conversation="new", params={"modalities": ["text", "audio"]})
    await ask(tab, "And?", conversation=began["conversation"], parent=began["message"])
    assert (await last_sent())[1] == {"role": "assistant", "content": SAID}


async def test_the_list_is_searched_in_titles_and_texts(mind, sign_in, alice, bob):
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


async def test_a_fork_has_the_path_and_owes_nothing(mind, sign_in, alice):
    tab = await sign_in(alice)
    upload = await offload(picture, alice)
    began, _ = await ask(tab, seen(upload), conversation="new")
    place = {"conversation": began["conversation"], "parent": began["message"]}
    await ask(tab, "Left out", **place)
    mine = await client_of(alice)
    body = {"message": began["message"]}
    url = f"/conversations/{began['conversation']}/fork"
    answer = await mine.post(url, body, content_type="application/json")
    assert answer.status_code == 201
    copy = await shown(alice, json.loads(answer.content)["id"])
    assert copy["title"] == "Look (2)"
    again = {"message": copy["head"]}
    answer = await mine.post(f"/conversations/{copy['id']}/fork", again, content_type="application/json")
    assert (await shown(alice, json.loads(answer.content)["id"]))["title"] == "Look (3)"
    assert [message["text"] for message in copy["messages"]] == ["Look", "Look\n[image_url]"]
    assert copy["cost"] == {"total": None, "unpriced": 0}
    assert (await mine.post(f"/conversations/{began['conversation']}/delete")).status_code == 204
    assert "gone" not in (await shown(alice, copy["id"]))["messages"][0]["parts"][1]["image_url"]["upload"]
    assert await Run.objects.acount() == 1
    _, done = await ask(tab, "On", conversation=copy["id"], parent=copy["head"])
    assert done["outcome"] == "completed"
    assert (await shown(alice, copy["id"]))["cost"]["total"] == done["receipt"]["cost"]


async def test_deleting_takes_runs_sound_and_files_along(mind, sign_in, alice, settings, far_ahead):
    tab = await sign_in(alice)
    upload = await offload(picture, alice)
    asked = {"modalities": ["text", "audio", "image"], "audio": {"format": "wav"}}
    began, _ = await ask(tab, seen(upload), conversation="new", params=asked)
    kept = await offload(picture, alice, "other.png")
    await ask(tab, seen(kept), conversation="new")
    await ask(tab, seen(kept), conversation=began["conversation"])
    mine = await client_of(alice)
    assert (await mine.post(f"/conversations/{began['conversation']}/delete")).status_code == 204
    assert await offload(lambda: [row.name for row in Upload.objects.all()]) == ["other.png"]
    assert (await Run.objects.acount(), await Message.objects.acount()) == (1, 2)
    files = [path.name for path in stored(settings)]
    assert [name for name in files if not name.endswith(".sound")] == ["other.png"]
    assert (await mine.post(f"/conversations/{began['conversation']}/delete")).status_code == 404


async def test_deleting_while_an_answer_is_made_stops_it(mind, sign_in, alice):
    await options(mind, delay=0.05)
    tab = await sign_in(alice)
    began = await begin(tab, LONG, conversation="new")
    await tab.until("text.delta")
    mine = await client_of(alice)
    assert (await mine.post(f"/conversations/{began['conversation']}/delete")).status_code == 204
    assert (await tab.until(*ENDS))["outcome"] == "stopped"
    assert (await Run.objects.acount(), await Message.objects.acount()) == (0, 0)


async def test_a_deleted_run_leaves_the_answer(mind, sign_in, alice):
    tab = await sign_in(alice)
    upload = await offload(picture, alice)
    began, done = await ask(tab, seen(upload), conversation="new")
    mine = await client_of(alice)
    assert (await mine.post(f"/runs/{done['run']}/delete")).status_code == 204
    question, answer = (await shown(alice, began["conversation"]))["messages"]
    assert (answer["run"], answer["receipt"]["cost"]) == (None, done["receipt"]["cost"])
    assert "gone" not in question["parts"][1]["image_url"]["upload"]
    assert await offload(default_storage.exists, upload.file)


async def test_history_and_receipt_tell_of_a_chat(mind, sign_in, alice, bob):
    tab = await sign_in(alice)
    upload = await offload(picture, alice)
    asked = {
        "reasoning_effort": "low",
        "response_format": {"type": "text"},
        "modalities": ["text", "image"],
    }
    began, done = await ask(tab, seen(upload, "What **bird**?"), conversation="new", params=asked)
    mine, theirs = await client_of(alice), await client_of(bob)
    receipt = (await mine.get(f"/runs/{done['run']}")).content.decode()
    assert "<strong>bird</strong>" in receipt
    assert "What **bird**?" in receipt
    assert f'href="/models/stage/chat?conversation={began["conversation"]}"' in receipt
    assert f'href="/uploads/{upload.id}"' in receipt
    assert "A rehearsal does not think." in receipt
    drawn = await Upload.objects.exclude(id=upload.id).aget()
    question, _, answer = receipt.partition(">Answer<")
    assert (str(drawn.id) in question, f'src="/uploads/{drawn.id}"' in answer) == (False, True)
    assert f'data-run="{done["run"]}"' in (await mine.get("/history?q=bird")).content.decode()
    assert (await theirs.get(f"/runs/{done['run']}")).status_code == 404
    assert "bird" not in (await theirs.get("/history")).content.decode()


ENDPOINTS = [
    ("get", "/conversations/{conversation}/", None),
    ("post", "/conversations/{conversation}/rename", {"title": "x"}),
    ("post", "/conversations/{conversation}/delete", {}),
    ("post", "/conversations/{conversation}/fork", {"message": "{message}"}),
    ("post", "/presets/{preset}/delete", {}),
    ("get", "/runs/{run}/request", None),
    ("get", "/uploads/{upload}/page", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ENDPOINTS)
async def test_what_is_not_yours_is_not_there(mind, sign_in, alice, bob, charlie, method, path, body):
    tab = await sign_in(alice)
    began, done = await ask(tab, conversation="new")
    preset = await Preset.objects.acreate(user=alice, name="Mine")
    upload = await offload(picture, alice)
    await Upload.objects.aupdate(media_type="application/pdf")
    mine = {"conversation": began["conversation"], "message": began["message"], "run": done["run"]}
    mine |= {"preset": preset.id, "upload": upload.id}
    nobodys = {**dict.fromkeys(mine, NOBODYS), "message": began["message"]}
    for stranger in (bob, charlie):
        client = await client_of(stranger)
        answers = []
        for names in (mine, nobodys):
            sent = json.loads(json.dumps(body).replace("{message}", began["message"]))
            more = {} if method == "get" else {"data": sent, "content_type": "application/json"}
            answers.append(await getattr(client, method)(path.format(**names), **more))
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert await Message.objects.acount() == 2
    assert await Preset.objects.acount() == 1


async def test_presets_are_kept_by_name(alice, bob, anyio_backend):
    mine, theirs = await client_of(alice), await client_of(bob)
    for temperature in (0, 1):
        body = {"name": " Dry ", "settings": {"temperature": temperature}}
        answer = await mine.post("/presets/", body, content_type="application/json")
        assert answer.status_code == 201
    (preset,) = json.loads((await mine.get("/presets/")).content)["presets"]
    assert preset == {**json.loads(answer.content), "name": "Dry", "settings": {"temperature": 1}}
    assert json.loads((await theirs.get("/presets/")).content) == {"presets": []}
    wrong = {"name": "x", "settings": {"api_key": "y"}}
    assert (await mine.post("/presets/", wrong, content_type="application/json")).status_code == 400
    assert (await mine.post(f"/presets/{preset['id']}/delete")).status_code == 204
    assert await Preset.objects.acount() == 0


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"temperature": "hot"}, "settings.temperature"),
        ({"top_p": True}, "settings.top_p"),
        ({"max_tokens": 1.5}, "settings.max_tokens"),
        ({"seed": "7"}, "settings.seed"),
        ({"system": 1}, "settings.system"),
        ({"spoken": "yes"}, "settings.spoken"),
        ({"response_format": "json_object"}, "settings.response_format"),
        ({"colour": "red"}, "settings.colour"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_preset_of_wrong_types_is_refused(alice, anyio_backend, wrong, param):
    mine = await client_of(alice)
    body = {"name": "Wrong", "settings": wrong}
    answer = await mine.post("/presets/", body, content_type="application/json")
    assert (answer.status_code, json.loads(answer.content)["error"]["param"]) == (400, param)
    assert await Preset.objects.acount() == 0
