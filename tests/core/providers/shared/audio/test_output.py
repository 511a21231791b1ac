"""Audio of an answer, encoded by real workers while it arrives."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.errors import UpstreamFailed
from core.contract.events import AudioChunk, AudioStart, SpeechWords, Used
from core.contract.usage import Usage
from core.media.client import probe
from core.media.pool.shared import close_shared_pools, shared_pool
from core.providers.shared.audio.output import encoded
from tests.fakes.audio import audio_bytes

pytestmark = pytest.mark.anyio

JOB = "encode"
SECONDS = 3.0
PCM = audio_bytes(AudioFormat.PCM, SECONDS)
WORDS, USED = SpeechWords(()), Used(Usage())


@pytest.fixture(autouse=True)
def workers():
    yield
    close_shared_pools()


async def answer(form=AudioFormat.PCM, data=PCM, *, step=9_600, pause=0.0, failure=None, rate=24_000):
    yield AudioStart(form, rate)
    for at in range(0, len(data), step):
        yield AudioChunk(data[at : at + step])
        await asyncio.sleep(pause)
    yield WORDS
    if failure is not None:
        raise failure
    yield USED


async def events_of(source, form):
    async with aclosing(encoded(source, form)) as events:
        return [event async for event in events]


async def no_job_is_open() -> None:
    """A step that runs ends before its job does."""
    for _ in range(500):
        if not shared_pool(JOB).open_jobs:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("A job is still open.")


def sound(events) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, AudioChunk))


@pytest.mark.parametrize("form", [AudioFormat.MP3, AudioFormat.OPUS, AudioFormat.AAC, AudioFormat.FLAC])
async def test_samples_become_any_format_of_the_same_length(form, tmp_path):
    pytest.importorskip("av")
    events = await events_of(answer(), form)
    starts = [event for event in events if isinstance(event, AudioStart)]
    assert [(one.format, one.converted_from) for one in starts] == [(form, AudioFormat.PCM)]
    assert events[-1] == USED
    path = tmp_path / f"sound.{form.extension}"
    path.write_bytes(sound(events))
    assert (await probe(path)).seconds == pytest.approx(SECONDS, abs=0.15)


async def test_the_first_sound_leaves_before_the_last_samples_are_here():
    pytest.importorskip("av")
    events = await events_of(answer(pause=0.2), AudioFormat.MP3)
    kinds = [type(event) for event in events]
    assert kinds.index(AudioChunk) < kinds.index(SpeechWords)


async def test_wav_needs_no_worker_and_has_a_header_of_unknown_length():
    events = await events_of(answer(rate=16_000), AudioFormat.WAV)
    assert events[0] == AudioStart(AudioFormat.WAV, 16_000, converted_from=AudioFormat.PCM)
    assert sound(events) == wav_header(PcmShape(16_000)) + PCM
    assert shared_pool(JOB).process_ids == []


async def test_the_samples_of_a_wav_need_none_either():
    wav = wav_header(PcmShape()) + PCM
    events = await events_of(answer(AudioFormat.WAV, wav), AudioFormat.PCM)
    assert events[0] == AudioStart(AudioFormat.PCM, 24_000, converted_from=AudioFormat.WAV)
    assert (sound(events), shared_pool(JOB).process_ids) == (PCM, [])


async def test_a_failure_of_the_provider_ends_the_job():
    pytest.importorskip("av")
    with pytest.raises(UpstreamFailed, match="broke"):
        await events_of(answer(failure=UpstreamFailed("It broke.")), AudioFormat.MP3)
    await no_job_is_open()


async def test_a_reader_that_leaves_ends_the_job():
    pytest.importorskip("av")
    async with aclosing(encoded(answer(pause=0.2), AudioFormat.MP3)) as events:
        async for event in events:
            if isinstance(event, AudioChunk):
                break
    await no_job_is_open()
