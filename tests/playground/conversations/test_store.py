"""Messages outlive the runs they came from."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from core.models.offload import offload
from tests.playground.conversation_frames import ask, client_of, image_parts, image_upload, read_conversation
from tests.playground.conversation_frames import chat_model as chat_model
from tests.playground.conversation_frames import text_model as text_model

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def test_a_deleted_run_leaves_the_answer(chat_model, sign_in, alice):
    tab = await sign_in(alice)
    upload = await offload(image_upload, alice)
    began, done = await ask(tab, image_parts(upload), conversation="new")
    mine = await client_of(alice)
    assert (await mine.post(f"/runs/{done['run']}/delete")).status_code == 204
    question, answer = (await read_conversation(alice, began["conversation"]))["messages"]
    assert (answer["run"], answer["receipt"]["cost"]) == (None, done["receipt"]["cost"])
    assert "gone" not in question["parts"][1]["image_url"]["upload"]
    assert await offload(default_storage.exists, upload.file)
