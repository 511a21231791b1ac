"""Uploads in messages."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from core.models.offload import offload
from tests.playground.conversation_frames import (
    begin,
    image_parts,
    image_upload,
)
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_uploads_of_others_are_not_found(chat_model, sign_in, alice, bob, charlie):
    upload = await offload(image_upload, alice)
    for stranger in (bob, charlie):
        other = await sign_in(stranger)
        answers = []
        for number in (str(upload.id), "0" * 32, "x"):
            part = {"type": "image_url", "image_url": {"upload": number}}
            answers.append((await begin(other, [part]))["error"])
        assert answers == [answers[0]] * 3
        assert (answers[0]["code"], answers[0]["param"]) == (404, "messages[0].content[0].image_url.upload")


async def test_a_file_that_is_gone_or_no_such_thing_is_refused(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    sound = {"type": "input_audio", "input_audio": {"upload": str(upload.id)}}
    error = (await begin(tab, [sound]))["error"]
    assert (error["code"], error["metadata"]["provider_code"]) == (400, "unsupported_media")
    await offload(default_storage.delete, upload.file)
    error = (await begin(tab, image_parts(upload)))["error"]
    assert (error["code"], error["metadata"]["provider_code"]) == (404, "file_gone")
