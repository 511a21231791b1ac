"""Uploads: what is accepted, how long they are stored, and that deleting removes the file."""

from __future__ import annotations

import io
import json
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from core.models.offload import offload
from playground.models import Run, Upload
from tests.playground.conversation_frames import client_of
from tests.playground.wav_file import wav_bytes

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


def stored_files(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def upload_of(user, days: int = 0) -> Upload:
    name = default_storage.save("uploads/1/x.wav", ContentFile(wav_bytes()))
    made = timezone.now() - timedelta(days=days)
    return Upload.objects.create(
        user=user, name="a.wav", media_type="audio/wav", bytes=10, file=name, created_at=made
    )


async def test_a_file_that_a_task_cannot_use_is_rejected_and_not_stored(owner, settings):
    for name, content in [
        ("song.mp3", b"just words"),
        ("a.wav", b"\x89PNG\r\n\x1a\n"),
        ("a.wav", b"\0\1\2\3" * 99),
    ]:
        file = SimpleUploadedFile(name, content, content_type="audio/mpeg")
        answer = await owner.post("/uploads/", {"file": file, "task": "transcription"})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "file")
    assert (await Upload.objects.acount(), stored_files(settings)) == (0, [])


async def test_a_file_may_have_the_limit_and_not_a_byte_more(owner, settings):
    settings.MAX_UPLOAD_MB = 1
    whole = b"plain words " * 100_000
    for size, status in [(1024 * 1024, 201), (1024 * 1024 + 1, 413)]:
        answer = await owner.post("/uploads/", {"file": SimpleUploadedFile("a.txt", whole[:size])})
        assert answer.status_code == status
    assert [path.stat().st_size for path in stored_files(settings)] == [1024 * 1024]


def photo() -> bytes:
    """A JPEG of 60 x 40 pixels, shown turned, with a text that tells where it was taken."""
    found, file = Image.Exif(), io.BytesIO()
    found[0x0112], found[0x010E] = 6, "52 deg 31 min"
    Image.new("RGB", (60, 40), "teal").save(file, "JPEG", exif=found)
    return file.getvalue()


@pytest.mark.parametrize(("task", "kept"), [("image", False), ("chat", True)])
async def test_a_picture_to_draw_from_is_stored_without_its_place(owner, settings, task, kept):
    """A chat may ask what a photo tells: there it stays as it is."""
    file = SimpleUploadedFile("photo.jpg", photo(), content_type="image/jpeg")
    answer = await owner.post("/uploads/", {"file": file, "task": task})
    assert answer.status_code == 201
    [path] = stored_files(settings)
    data = path.read_bytes()
    assert (b"52 deg" in data, answer.json()["bytes"]) == (kept, len(data))
    assert (answer.json()["width"], answer.json()["height"]) == (40, 60)


async def test_a_picture_that_is_cut_off_is_rejected_and_not_stored(owner, settings):
    file = SimpleUploadedFile("photo.jpg", photo()[:-30], content_type="image/jpeg")
    answer = await owner.post("/uploads/", {"file": file, "task": "image"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "file")
    assert stored_files(settings) == []


async def test_deleting_an_upload_deletes_its_file_and_keeps_the_transcript(owner, alice, settings):
    row = await offload(upload_of, alice)
    run = await Run.objects.acreate(
        user=alice, task="transcription", model="m", upload=row, transcript={"text": "ask not"}
    )
    assert (await owner.post(f"/uploads/{row.id}/delete")).status_code == 204
    await run.arefresh_from_db()
    assert (run.upload_id, run.text, run.media, stored_files(settings)) == (None, "ask not", "", [])


async def test_uploads_of_others_cannot_be_deleted(alice, bob, charlie, settings):
    row = await offload(upload_of, alice)
    for user in (bob, charlie):
        client = await client_of(user)
        assert (await client.post(f"/uploads/{row.id}/delete")).status_code == 404
        assert (await client.get(f"/uploads/{row.id}")).status_code == 404
    assert len(stored_files(settings)) == 1


async def test_deleting_the_last_run_of_an_upload_deletes_it(owner, alice, settings):
    row = await offload(upload_of, alice)
    runs = [
        await Run.objects.acreate(user=alice, task="transcription", model="m", state="completed", upload=row)
        for _ in range(2)
    ]
    assert (await owner.post(f"/runs/{runs[0].id}/delete")).status_code == 204
    assert len(stored_files(settings)) == 1
    assert (await owner.post(f"/runs/{runs[1].id}/delete")).status_code == 204
    assert (await Upload.objects.acount(), stored_files(settings)) == (0, [])


def test_expired_uploads_are_deleted_by_the_command(alice, settings, capsys):
    settings.UPLOAD_RETENTION_DAYS = 7
    old, heard, fresh = upload_of(alice, 8), upload_of(alice, 8), upload_of(alice, 6)
    Run.objects.create(user=alice, task="transcription", model="m", upload=heard)
    call_command("delete_expired", "--dry-run")
    assert capsys.readouterr().out == "would delete 1 files of 10 bytes\n"
    call_command("delete_expired")
    assert capsys.readouterr().out == "deleted 1 files of 10 bytes\n"
    assert set(Upload.objects.values_list("id", flat=True)) == {heard.id, fresh.id}
    assert not default_storage.exists(old.file)


def test_without_a_limit_nothing_expires(alice, settings):
    settings.UPLOAD_RETENTION_DAYS = 0
    upload_of(alice, 5000)
    call_command("delete_expired", verbosity=0)
    assert Upload.objects.count() == 1


async def test_an_upload_is_known_by_an_id(owner, alice, bob):
    file = SimpleUploadedFile("../..\n/my note.html", b"<script>alert(1)</script>", content_type="text/html")
    answer = await owner.post("/uploads/", {"file": file})
    assert answer.status_code == 201
    told = answer.json()
    row = await Upload.objects.aget()
    known = {"name": "my note.html", "media_type": "text/plain", "bytes": 25, "url": f"/uploads/{row.id}"}
    assert told == {"id": str(row.id), **known}
    assert row.file == f"uploads/{alice.pk}/{row.id}.txt"
    got = await owner.get(f"/uploads/{row.id}")
    assert (got.status_code, await body(got)) == (200, b"<script>alert(1)</script>")
    assert (got["Content-Type"], got["X-Content-Type-Options"]) == ("text/plain", "nosniff")
    assert got["Content-Disposition"].startswith("attachment")
    assert (await (await client_of(bob)).get(f"/uploads/{row.id}")).status_code == 404


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("n" * 4996 + ".txt", "n" * 196 + ".txt"),
        ("ж" * 996 + ".txt", "ж" * 196 + ".txt"),
        ("\0a\0.txt", "a.txt"),
        (".txt", ".txt"),
    ],
)
async def test_a_long_name_is_cut_before_its_extension(owner, name, stored):
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    answer = await owner.post(
        "/uploads/", head.encode() + b"text\r\n--b--\r\n", content_type="multipart/form-data; boundary=b"
    )
    assert (answer.status_code, answer.json()["name"]) == (201, stored)
    assert await body(await owner.get(answer.json()["url"])) == b"text"


async def test_a_wav_upload_has_its_duration(owner):
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    answer = await owner.post("/uploads/", {"file": SimpleUploadedFile("a.mp3", sound.getvalue())})
    assert (answer.json()["media_type"], answer.json()["duration"]) == ("audio/wav", 0.5)


async def test_no_file_an_empty_file_and_a_large_file_are_refused(owner, settings):
    settings.MAX_UPLOAD_MB = 1
    cases = [
        ({}, 400),
        ({"file": "text"}, 400),
        ({"file": SimpleUploadedFile("a.txt", b"")}, 400),
        ({"file": SimpleUploadedFile("a.txt", b"x" * (1024 * 1024 + 1))}, 413),
    ]
    for fields, status in cases:
        answer = await owner.post("/uploads/", fields)
        assert (answer.status_code, json.loads(answer.content)["error"]["code"]) == (status, status)
    assert await Upload.objects.acount() == 0


async def body(answer) -> bytes:
    return b"".join([part async for part in answer])
