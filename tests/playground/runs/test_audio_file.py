"""The audio of a run: on disk as it arrives, then stored as one file."""

from __future__ import annotations

import io
import wave
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.errors import NotFound, Unavailable
from core.contract.events import AudioStart
from core.media import client as media
from playground.runs.audio_file import RunAudio
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


async def test_encoded_audio_is_stored_as_it_came():
    sound = recorded(AudioStart(AudioFormat.MP3, 44_100), b"ID3", b"frames")
    kept = await sound.store(AudioFormat.FLAC, 7)
    assert (stored(kept.name), kept.format, sound.duration) == (b"ID3frames", AudioFormat.MP3, None)


async def test_a_streamed_wav_gets_its_sizes():
    sound = recorded(AudioStart(AudioFormat.WAV, 24_000), wav_header(PcmShape()), SAMPLES)
    kept = await sound.store(AudioFormat.MP3, 7)
    assert stored(kept.name) == wav_header(PcmShape(), len(SAMPLES)) + SAMPLES
    assert sound.duration == 0.5


async def test_without_an_encoder_the_audio_is_stored_as_wav(monkeypatch):
    async def missing(*args):
        raise Unavailable("Install the extra.")

    monkeypatch.setattr(media, "encode", missing)
    kept = await recorded(AudioStart(AudioFormat.PCM, 24_000), SAMPLES).store(AudioFormat.MP3, 7)
    assert (kept.format, kept.size) == (AudioFormat.WAV, len(SAMPLES) + 44)


async def test_no_audio_leaves_no_file(settings):
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


async def test_audio_can_be_read_until_it_is_discarded(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    sound = RunAudio("run")
    sound.open(AudioStart(AudioFormat.PCM, 24_000))
    sound.write(b"abcdef")
    sound.flush()
    assert (sound.read(2, 3), sound.size) == (b"cde", 6)
    assert oct((tmp_path / "live" / "run.sound").stat().st_mode & 0o777) == "0o600"
    sound.discard()
    assert list((tmp_path / "live").iterdir()) == []
    with pytest.raises(NotFound):
        sound.read(2, 3)
