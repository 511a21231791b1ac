"""Files come in, are looked at, are kept for a time, and are really deleted."""

from __future__ import annotations

import io
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import AsyncClient
from django.utils import timezone

from core.models.offload import offload
from playground.models import Run, Upload
from playground.studios import transcription

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


def wav(seconds: float = 1.0, rate: int = 8000) -> bytes:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * int(seconds * rate)))
    return sound.getvalue()


async def client_of(user) -> AsyncClient:
    client = AsyncClient()
    await client.aforce_login(user)
    return client


@pytest.fixture
async def owner(alice, anyio_backend):
    return await client_of(alice)


def kept(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def upload_of(user, days: int = 0) -> Upload:
    name = default_storage.save("uploads/1/x.wav", ContentFile(wav()))
    made = timezone.now() - timedelta(days=days)
    return Upload.objects.create(
        user=user, name="a.wav", media_type="audio/wav", bytes=10, file=name, created_at=made
    )


async def test_what_a_task_cannot_use_is_refused_and_not_kept(owner, settings):
    for name, content in [
        ("song.mp3", b"just words"),
        ("a.wav", b"\x89PNG\r\n\x1a\n"),
        ("a.wav", b"\0\1\2\3" * 99),
    ]:
        file = SimpleUploadedFile(name, content, content_type="audio/mpeg")
        answer = await owner.post("/uploads/", {"file": file, "task": "transcription"})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, "file")
    assert (await Upload.objects.acount(), kept(settings)) == (0, [])


async def test_a_file_may_have_the_limit_and_not_a_byte_more(owner, settings):
    settings.MAX_UPLOAD_MB = 1
    whole = b"plain words " * 100_000
    for size, status in [(1024 * 1024, 201), (1024 * 1024 + 1, 413)]:
        answer = await owner.post("/uploads/", {"file": SimpleUploadedFile("a.txt", whole[:size])})
        assert answer.status_code == status
    assert [path.stat().st_size for path in kept(settings)] == [1024 * 1024]


async def test_deleting_an_upload_deletes_its_file_and_keeps_the_transcript(owner, alice, settings):
    row = await offload(upload_of, alice)
    run = await Run.objects.acreate(
        user=alice, task="transcription", model="m", upload=row, transcript={"text": "ask not"}
    )
    assert (await owner.post(f"/uploads/{row.id}/delete")).status_code == 204
    await run.arefresh_from_db()
    assert (run.upload_id, run.text, run.media, kept(settings)) == (None, "ask not", "", [])


async def test_nobody_deletes_what_is_not_theirs(alice, bob, charlie, settings):
    row = await offload(upload_of, alice)
    for user in (bob, charlie):
        client = await client_of(user)
        assert (await client.post(f"/uploads/{row.id}/delete")).status_code == 404
        assert (await client.get(f"/uploads/{row.id}")).status_code == 404
    assert len(kept(settings)) == 1


async def test_the_last_run_of_a_file_takes_it_along(owner, alice, settings):
    row = await offload(upload_of, alice)
    runs = [
        await Run.objects.acreate(user=alice, task="transcription", model="m", state="completed", upload=row)
        for _ in range(2)
    ]
    assert (await owner.post(f"/runs/{runs[0].id}/delete")).status_code == 204
    assert len(kept(settings)) == 1
    assert (await owner.post(f"/runs/{runs[1].id}/delete")).status_code == 204
    assert (await Upload.objects.acount(), kept(settings)) == (0, [])


def test_what_is_past_its_time_is_deleted_by_the_command(alice, settings, capsys):
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


def test_a_file_brought_for_the_ears_waits_until_it_is_written_down(alice, bob):
    kept = {"media_type": "audio/wav", "bytes": 9, "file": "uploads/1/a.wav", "probe": {"duration": 1.5}}
    first = Upload.objects.create(user=alice, name="first.wav", task="transcription", **kept)
    second = Upload.objects.create(user=alice, name="second.wav", task="translation", **kept)
    Upload.objects.create(user=alice, name="chat.wav", task="chat", **kept)
    done = Upload.objects.create(user=alice, name="done.wav", task="transcription", **kept)
    Run.objects.create(user=alice, task="transcription", model="local/pocketsphinx", upload=done)
    assert [file["name"] for file in transcription.waiting_files(alice)] == [first.name, second.name]
    assert transcription.waiting_files(alice)[0] == {
        "upload": str(first.id), "name": "first.wav", "bytes": 9, "duration": 1.5,
        "media": f"/uploads/{first.id}", "type": "audio/wav",
    }  # fmt: skip
    assert transcription.waiting_files(bob) == []
