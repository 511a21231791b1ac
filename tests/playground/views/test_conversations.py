"""Conversations are deleted with what belongs to them, and are their owner's alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.models.offload import offload
from playground.models import Message, Preset, Run, Upload
from tests.playground.conftest import ENDS
from tests.playground.conversation_frames import ask, begin, client_of, image_parts, image_upload
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model
from tests.playground.runs.tasks.test_chat import LONG, options

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


NOBODYS = "00000000-0000-4000-8000-000000000000"


def stored(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


async def test_deleting_takes_runs_sound_and_files_along(chat_model, sign_in, alice, settings, far_ahead):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    asked = {"modalities": ["text", "audio", "image"], "audio": {"format": "wav"}}
    began, _ = await ask(tab, image_parts(upload), conversation="new", params=asked)
    kept = await offload(image_upload, alice, "other.png")
    await ask(tab, image_parts(kept), conversation="new")
    await ask(tab, image_parts(kept), conversation=began["conversation"])
    mine = await client_of(alice)
    assert (await mine.post(f"/conversations/{began['conversation']}/delete")).status_code == 204
    assert await offload(lambda: [row.name for row in Upload.objects.all()]) == ["other.png"]
    assert (await Run.objects.acount(), await Message.objects.acount()) == (1, 2)
    files = [path.name for path in stored(settings)]
    assert [name for name in files if not name.endswith(".sound")] == ["other.png"]
    assert (await mine.post(f"/conversations/{began['conversation']}/delete")).status_code == 404


async def test_deleting_while_an_answer_is_made_stops_it(chat_model, sign_in, alice):
    await options(chat_model, delay=0.05)
    tab = await sign_in(alice)
    began = await begin(tab, LONG, conversation="new")
    await tab.until("text.delta")
    mine = await client_of(alice)
    assert (await mine.post(f"/conversations/{began['conversation']}/delete")).status_code == 204
    assert (await tab.until(*ENDS))["outcome"] == "stopped"
    assert (await Run.objects.acount(), await Message.objects.acount()) == (0, 0)


ENDPOINTS = [
    ("get", "/conversations/{conversation}/", None),
    ("get", "/conversations/{conversation}/conversation.md", None),
    ("get", "/conversations/{conversation}/conversation.json", None),
    ("post", "/conversations/{conversation}/rename", {"title": "x"}),
    ("post", "/conversations/{conversation}/delete", {}),
    ("post", "/conversations/{conversation}/fork", {"message": "{message}"}),
    ("post", "/presets/{preset}/delete", {}),
    ("get", "/runs/{run}/request", None),
    ("get", "/uploads/{upload}/page", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ENDPOINTS)
async def test_what_is_not_yours_is_not_there(chat_model, sign_in, alice, bob, charlie, method, path, body):
    tab = await sign_in(alice)
    began, done = await ask(tab, conversation="new")
    preset = await Preset.objects.acreate(user=alice, name="Mine")
    upload = await offload(image_upload, alice)
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
