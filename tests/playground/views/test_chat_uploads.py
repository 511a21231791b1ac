"""Uploads for a chat: what is accepted, what is measured, the first page of a PDF as an image."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models.offload import offload
from playground.models import Upload
from playground.studios import chat
from tests.playground.conversation_frames import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


async def sent(client, name: str, content: bytes, task: str = "chat"):
    return await client.post("/uploads/", {"file": SimpleUploadedFile(name, content), "task": task})


async def test_real_files_are_told_by_their_content(alice, data, anyio_backend):
    mine = await client_of(alice)
    facts = {
        "kiwi.jpg": ("image/jpeg", {"width", "height"}),
        "dummy.pdf": ("application/pdf", {"pages"}),
        "jfk.flac": ("audio/flac", {"duration"}),
        "small_video.mp4": ("video/mp4", {"duration", "width", "height"}),
    }
    for name, (media_type, known) in facts.items():
        content = await offload((data / "samples" / name).read_bytes)
        answer = await sent(mine, name, content)
        told = json.loads(answer.content)
        assert (answer.status_code, told["media_type"], told["bytes"]) == (201, media_type, len(content))
        assert known <= set(told)
        assert told["url"] == f"/uploads/{told['id']}"


async def test_the_first_page_of_a_pdf_is_a_picture(alice, bob, data, anyio_backend):
    mine, theirs = await client_of(alice), await client_of(bob)
    content = await offload((data / "samples" / "dummy.pdf").read_bytes)
    told = json.loads((await sent(mine, "dummy.pdf", content)).content)
    for _ in range(2):
        answer = await mine.get(f"{told['url']}/page")
        page = b"".join([piece async for piece in answer.streaming_content])
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
        assert page.startswith(b"\x89PNG")
    assert (await theirs.get(f"{told['url']}/page")).status_code == 404
    row = await Upload.objects.aget()
    assert await offload(default_storage.exists, row.page)
    await mine.post(f"{told['url']}/delete")
    assert not await offload(default_storage.exists, row.page)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"just words"),
        ("page.html", b"<html><script>alert(1)</script></html>"),
        ("picture.png", b"just words"),
        ("what.bin", bytes(range(256))),
    ],
)
async def test_what_no_model_reads_is_refused(alice, anyio_backend, name, content):
    answer = await sent(await client_of(alice), name, content)
    assert (answer.status_code, answer.json()["error"]["metadata"]["provider_code"]) == (
        400,
        "unsupported_format",
    )
    assert await Upload.objects.acount() == 0


async def test_images_have_a_limit_of_their_own(alice, anyio_backend, monkeypatch):
    rules = replace(chat.FACTS.uploads, image_mb=0.00001)
    monkeypatch.setattr(chat, "FACTS", replace(chat.FACTS, uploads=rules))
    answer = await sent(await client_of(alice), "a.png", b"\x89PNG\r\n\x1a\n" + bytes(24))
    assert (answer.status_code, await Upload.objects.acount()) == (413, 0)
