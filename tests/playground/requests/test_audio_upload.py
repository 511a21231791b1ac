"""The upload that a transcription is made of."""

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
