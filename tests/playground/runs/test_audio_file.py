"""The file that stays of a run's sound, and runs whose process died."""

from __future__ import annotations

import io
import os
import time
import wave
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.errors import Unavailable
from core.contract.events import AudioStart
from core.media import client as media
from core.models.offload import offload
from playground.models import Run
from playground.runs import recovery, registry
from playground.runs.audio_file import RunAudio
from playground.runs.history import page
from playground.uploads import scratch

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

SAMPLES = bytes(range(250)) * 96


def recorded(start: AudioStart, *pieces: bytes) -> RunAudio:
    sound = RunAudio(uuid4())
    sound.open(start)
    for piece in pieces:
        sound.write(piece)
    return sound


def stored(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


async def test_samples_become_a_wav_with_true_sizes():
    sound = recorded(AudioStart(AudioFormat.PCM, 24_000), SAMPLES, SAMPLES)
    kept = await sound.store(AudioFormat.WAV, 7)
    assert (kept.name, kept.format) == (f"runs/7/{sound.run}.wav", AudioFormat.WAV)
    with wave.open(io.BytesIO(stored(kept.name))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (24_000, 1, len(SAMPLES))
        assert file.readframes(file.getnframes()) == SAMPLES * 2
    assert (kept.size, sound.duration) == (2 * len(SAMPLES) + 44, 1.0)


async def test_samples_stay_samples_when_that_was_chosen():
    kept = await recorded(AudioStart(AudioFormat.PCM, 24_000), SAMPLES).store(AudioFormat.PCM, 7)
    assert (stored(kept.name), kept.format) == (SAMPLES, AudioFormat.PCM)


async def test_encoded_sound_is_kept_as_it_came():
    sound = recorded(AudioStart(AudioFormat.MP3, 44_100), b"ID3", b"frames")
    kept = await sound.store(AudioFormat.FLAC, 7)
    assert (stored(kept.name), kept.format, sound.duration) == (b"ID3frames", AudioFormat.MP3, None)


async def test_a_streamed_wav_gets_its_sizes():
    sound = recorded(AudioStart(AudioFormat.WAV, 24_000), wav_header(PcmShape()), SAMPLES)
    kept = await sound.store(AudioFormat.MP3, 7)
    assert stored(kept.name) == wav_header(PcmShape(), len(SAMPLES)) + SAMPLES
    assert sound.duration == 0.5


async def test_without_an_encoder_the_sound_is_kept_as_wav(monkeypatch):
    async def missing(*args):
        raise Unavailable("Install the extra.")

    monkeypatch.setattr(media, "encode", missing)
    kept = await recorded(AudioStart(AudioFormat.PCM, 24_000), SAMPLES).store(AudioFormat.MP3, 7)
    assert (kept.format, kept.size) == (AudioFormat.WAV, len(SAMPLES) + 44)


async def test_no_sound_leaves_no_file(settings):
    assert await RunAudio(uuid4()).store(AudioFormat.MP3, 7) is None
    assert await recorded(AudioStart(AudioFormat.PCM, 24_000)).store(AudioFormat.MP3, 7) is None


async def test_only_the_stored_file_stays(settings):
    sound = recorded(AudioStart(AudioFormat.PCM, 24_000), SAMPLES)
    kept = await sound.store(AudioFormat.WAV, 7)
    sound.discard()
    assert list(scratch.scratch_folder().iterdir()) == []
    assert default_storage.exists(kept.name)


async def test_a_disk_that_refuses_is_our_failure(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = str(tmp_path / "file")
    with pytest.raises(Unavailable):
        recorded(AudioStart(AudioFormat.PCM, 24_000))


async def test_recovery_closes_what_a_crash_left_open(alice):
    create = Run.objects.create
    left, mine = [await offload(create, user=alice, task="speech", model="m") for _ in range(2)]
    done = await offload(create, user=alice, task="speech", model="m", state="completed")
    assert await recovery.recover([mine.id]) == 1
    states = {run.id: run.state for run in await offload(list, Run.objects.all())}
    assert states == {left.id: "interrupted", mine.id: "running", done.id: "completed"}


async def test_a_run_that_left_no_words_ends_as_interrupted(alice):
    run = await offload(Run.objects.create, user=alice, task="speech", model="m")
    batches = [batch async for batch in registry.stored_events(run, 4)]
    assert [(number, body["outcome"]) for number, body in batches[0]] == [(5, "interrupted")]


def test_files_of_yesterday_are_swept():
    folder = scratch.scratch_folder()
    folder.mkdir(parents=True)
    for name, age in (("old", 25 * 3600), ("new", 3600)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age,) * 2)
    assert scratch.delete_abandoned() == 1
    assert [path.name for path in folder.iterdir()] == ["new"]


def test_history_is_searched_and_paged(alice, bob):
    for number in range(5):
        Run.objects.create(
            user=alice,
            task="speech",
            model="local/espeak-ng",
            title=f"Title {number}",
            params={"input": "needle" if number == 3 else "hay"},
            created_at=datetime(2026, 1, number + 1, tzinfo=UTC),
        )
    Run.objects.create(user=bob, task="speech", model="m", title="needle")
    assert [run.title for run in page(alice, size=2)] == ["Title 4", "Title 3"]
    assert [run.title for run in page(alice, size=2, number="3")] == ["Title 0"]
    assert [run.title for run in page(alice, size=2, number="99")] == ["Title 0"]
    assert [run.title for run in page(alice, words="NEEDLE")] == ["Title 3"]
    assert [run.title for run in page(alice, words="title 4")] == ["Title 4"]
    assert page(alice, words="espeak").paginator.count == 5
    assert page(alice, task="chat").paginator.count == 0
    assert page(alice, words="\0").paginator.count == 5
