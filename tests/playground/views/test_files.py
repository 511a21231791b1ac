"""Files of runs and uploads over HTTP: only their owner gets them."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.test import AsyncClient, Client

from playground.models import Run
from tests.playground.conversation_frames import client_of
from tests.playground.views.conftest import SOUND

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def body(answer) -> bytes:
    return b"".join([part async for part in answer])


async def test_the_owner_downloads_a_named_file(owner, run):
    answer = await owner.get(f"/runs/{run.id}/sound")
    assert (answer.status_code, await body(answer)) == (200, SOUND)
    assert answer["Content-Type"] == "audio/mpeg"
    assert answer["Content-Length"] == str(len(SOUND))
    assert answer["Content-Disposition"] == 'attachment; filename="espeak-ng-hello-world.mp3"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, len(SOUND) - 1),
        ("bytes=-10", 206, len(SOUND) - 10, len(SOUND) - 1),
        (f"bytes={len(SOUND) - 1}-{len(SOUND) + 50}", 206, len(SOUND) - 1, len(SOUND) - 1),
        ("bytes=9-3", 200, 0, len(SOUND) - 1),
        ("bytes=0-1,4-5", 200, 0, len(SOUND) - 1),
        ("bytes=-", 200, 0, len(SOUND) - 1),
        ("lines=1-2", 200, 0, len(SOUND) - 1),
    ],
)
async def test_a_range_is_served_exactly(owner, run, asked, status, first, last):
    answer = await owner.get(f"/runs/{run.id}/sound", headers={"Range": asked})
    assert (answer.status_code, await body(answer)) == (status, SOUND[first : last + 1])
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer.get("Content-Range") == (f"bytes {first}-{last}/{len(SOUND)}" if status == 206 else None)


@pytest.mark.parametrize("asked", [f"bytes={len(SOUND)}-", "bytes=-0"])
async def test_a_range_outside_the_file_is_refused(owner, run, asked):
    answer = await owner.get(f"/runs/{run.id}/sound", headers={"Range": asked})
    assert (answer.status_code, await body(answer)) == (416, b"")
    assert answer["Content-Range"] == f"bytes */{len(SOUND)}"


async def test_names_keep_their_letters(owner, run):
    await Run.objects.filter(id=run.id).aupdate(title="Привет, мир / 你好", sound=run.sound)
    answer = await owner.get(f"/runs/{run.id}/sound")
    await body(answer)
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''espeak-ng-%D0%BF")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "sound"), ("POST", "delete"), ("DELETE", "delete"), ("POST", "timings")]
)
async def test_a_foreign_run_is_like_an_unknown_one(run, bob, charlie, method, path):
    unknown = "00000000-0000-4000-8000-000000000000"
    for user in (bob, charlie):
        client = await client_of(user)
        answers = [
            await client.generic(method, f"/runs/{number}/{path}", "{}") for number in (run.id, unknown)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert await Run.objects.acount() == 1
    assert default_storage.exists(run.sound)


async def test_a_visitor_gets_nothing(run):
    for path in (f"/runs/{run.id}/sound", "/uploads/00000000-0000-4000-8000-000000000000"):
        answer = await AsyncClient().get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, 401)
    assert (await AsyncClient().post("/uploads/")).status_code == 401


def test_other_methods_are_refused(alice, run):
    client = Client()
    client.force_login(alice)
    assert client.post(f"/runs/{run.id}/sound").status_code == 405
    assert client.get("/uploads/")["Allow"] == "POST"
