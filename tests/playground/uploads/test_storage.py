"""A full disk: 503, no part of a file left, rows closed. A sweep of files and rows without the other."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from playground.models import Run, Upload
from playground.runs import runner
from playground.uploads import orphans
from playground.uploads.orphans import OrphanReport
from playground.uploads.scratch import scratch_folder
from tests.playground.conversation_frames import client_of
from tests.playground.wav_file import wav_bytes

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

LATER = timezone.now() + timedelta(days=2)


def stored_files(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture
def full_disk(settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.fakes.full_disk.FullDisk"}}


async def test_an_upload_is_refused_and_leaves_nothing(alice, settings, full_disk):
    client = await client_of(alice)
    file = SimpleUploadedFile("a.wav", wav_bytes(), "audio/wav")
    answer = await client.post("/uploads/", {"file": file})
    assert (answer.status_code, answer.json()["error"]["metadata"]["provider_code"]) == (
        503,
        "storage_failed",
    )
    assert (stored_files(settings), await Upload.objects.acount()) == ([], 0)


async def finished(tab) -> Run:
    done = await tab.until("run.done", "run.error")
    assert done["error"]["metadata"]["provider_code"] == "storage_failed"
    return await Run.objects.aget(id=done["run"])


@pytest.mark.parametrize("form", ["pcm", "wav"])
async def test_a_run_without_room_for_its_file_is_closed(
    sign_in, alice, settings, full_disk, far_ahead, form
):
    tab = await sign_in(alice)
    await tab.start(response_format=form)
    row = await finished(tab)
    assert (row.state, row.sound, row.receipt["id"]) == ("partial", "", row.generation)
    assert [path for path in stored_files(settings) if path.suffix != ".sound"] == []


async def test_a_run_without_room_for_its_live_sound_is_closed(sign_in, alice, far_ahead, monkeypatch):
    id = runner.uuid4()
    monkeypatch.setattr(runner, "uuid4", lambda: id)
    scratch_folder().mkdir(parents=True)
    os.symlink("/dev/full", scratch_folder() / f"{id}.sound")
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    row = await finished(tab)
    assert (row.state, row.sound) == ("partial", "")


def upload(user, name: str) -> Upload:
    stored = default_storage.save(f"uploads/{user.pk}/{name}", ContentFile(b"sound"))
    return Upload.objects.create(user=user, name=name, media_type="audio/wav", bytes=5, file=stored)


def run(user, name: str) -> Run:
    stored = default_storage.save(f"runs/{user.pk}/{name}", ContentFile(b"sound"))
    return Run.objects.create(user=user, task="speech", model="m", sound=stored, format="wav", bytes=5)


def test_files_without_rows_are_deleted(alice, settings):
    kept, page, made = upload(alice, "a.pdf"), "a.pdf.png", run(alice, "a.wav")
    default_storage.save(f"uploads/{alice.pk}/{page}", ContentFile(b"page"))
    default_storage.save(f"uploads/{alice.pk}/left.wav", ContentFile(b"part"))
    default_storage.save(f"runs/{alice.pk}/left.wav", ContentFile(b"part"))
    default_storage.save(f"partials/{alice.pk}/a-0-0", ContentFile(b"unfinished"))
    assert orphans.sweep() == OrphanReport()
    assert orphans.sweep(LATER) == OrphanReport(files=3)
    names = {str(path.relative_to(settings.MEDIA_ROOT)) for path in stored_files(settings)}
    assert names == {kept.file, kept.page, made.sound}


def test_rows_without_files_are_closed(alice):
    kept, lost, made, silent = upload(alice, "a"), upload(alice, "b"), run(alice, "a"), run(alice, "b")
    default_storage.delete(lost.file)
    default_storage.delete(silent.sound)
    assert orphans.sweep() == OrphanReport()
    assert orphans.sweep(LATER) == OrphanReport(uploads=1, runs=1)
    assert list(Upload.objects.values_list("id", flat=True)) == [kept.id]
    assert dict(Run.objects.values_list("id", "sound")) == {made.id: made.sound, silent.id: ""}


def test_a_storage_that_is_not_there_costs_no_rows(alice, settings, tmp_path):
    rows = [upload(alice, "a"), run(alice, "a")]
    settings.MEDIA_ROOT = str(tmp_path / "not mounted")
    assert orphans.sweep(LATER) == OrphanReport()
    assert (Upload.objects.count(), Run.objects.exclude(sound="").count()) == (1, len(rows) - 1)
