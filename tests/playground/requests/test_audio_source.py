"""The sound that a transcription is made of: an upload, or that of a run."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from core.models.offload import offload
from playground.models import Run, Upload
from tests.playground.runs.tasks.test_transcription import MODEL, begin
from tests.playground.runs.tasks.test_transcription import transcriber as transcriber
from tests.playground.runs.tasks.test_transcription import upload as upload

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_uploads_of_others_are_not_found(sign_in, bob, charlie, upload):
    unknown = "00000000-0000-4000-8000-000000000000"
    for user in (bob, charlie):
        tab = await sign_in(user)
        answers = []
        for number in (upload.id, unknown):
            await begin(tab, number)
            answers.append((await tab.until("run.error"))["error"])
        assert answers[0] == answers[1]
        assert answers[0]["code"] == 404
    assert await Run.objects.acount() == 0


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"file": "x"},
        {"file": {"upload": "x"}},
        {"file": {"upload": None}},
        {"file": None},
        {"file": {"data": "UklGRg=="}},
        {"file": {"run": "x"}},
    ],
)
async def test_a_file_must_be_an_upload(sign_in, alice, transcriber, params):
    tab = await sign_in(alice)
    await tab.send(type="run.start", id="a", task="transcription", model=MODEL, params=params)
    error = (await tab.until("run.error"))["error"]
    assert (error["code"], error["param"]) == (400, "file")


async def test_a_file_without_audio_and_a_deleted_file_are_refused(sign_in, alice, upload):
    tab = await sign_in(alice)
    await Upload.objects.filter(id=upload.id).aupdate(media_type="text/plain")
    await begin(tab, upload.id)
    assert (await tab.until("run.error"))["error"]["code"] == 400
    await Upload.objects.filter(id=upload.id).aupdate(media_type="audio/wav")
    await offload(default_storage.delete, upload.file)
    await begin(tab, upload.id)
    assert (await tab.until("run.error"))["error"]["code"] == 404


@pytest.fixture
async def spoken(upload, alice):
    """A run of Alice's with a sound: the file of her upload."""
    fields = {"title": "A plan", "sound": upload.file, "format": "wav", "duration": 6.0, "state": "completed"}
    return await Run.objects.acreate(user=alice, task="speech", model="local/rehearsal", **fields)


async def check(tab, run):
    params = {"file": {"run": str(run)}}
    await tab.send(type="run.start", id="a", task="transcription", model=MODEL, params=params)


async def test_the_sound_of_a_run_is_transcribed_and_billed(sign_in, alice, spoken):
    tab = await sign_in(alice)
    await check(tab, spoken.id)
    done = await tab.until("run.done", "run.error")
    assert (done["type"], done["outcome"], done["receipt"]["cost"]) == ("run.done", "completed", 0.006)
    run = await Run.objects.aget(task="transcription")
    assert (run.title, run.upload_id, run.transcript["text"] != "") == ("A plan", None, True)
    assert run.media == f"/runs/{spoken.id}/sound"


async def test_sounds_of_others_are_not_found(sign_in, bob, charlie, spoken):
    for user in (bob, charlie):
        tab = await sign_in(user)
        await check(tab, spoken.id)
        assert (await tab.until("run.error"))["error"]["code"] == 404
    assert await Run.objects.filter(task="transcription").acount() == 0


async def test_a_run_without_sound_and_a_lost_sound_are_refused(sign_in, alice, spoken):
    tab = await sign_in(alice)
    await offload(default_storage.delete, spoken.sound)
    await check(tab, spoken.id)
    assert (await tab.until("run.error"))["error"]["message"] == "The sound of this run is gone."
    await Run.objects.filter(id=spoken.id).aupdate(sound="")
    await check(tab, spoken.id)
    assert (await tab.until("run.error"))["error"]["code"] == 404
