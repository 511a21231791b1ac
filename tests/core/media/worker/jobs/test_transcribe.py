"""Transcription in worker processes: containers, gaps, cancellation, crashes, and files without audio."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import aclosing
from pathlib import Path

import av
import pytest

from core.contract.errors import InvalidRequest, UpstreamInvalid
from core.media.pool.pool import Pool
from tests.fakes.audio_files import CONTAINERS, RATE, broken_wav, recode, samples, word_errors, write_wav

pytestmark = pytest.mark.anyio


async def transcribe(pool: Pool, path: Path) -> dict[str, object]:
    return await pool.result("transcribe", {"path": str(path)})


async def first_segment(messages) -> dict[str, object]:
    async for message in messages:
        if message["event"] == "segment":
            return message
    raise AssertionError("nothing was transcribed")


def memory(process: int) -> int:
    """The most memory a process ever had, in MiB."""
    [line] = [row for row in Path(f"/proc/{process}/status").read_text().splitlines() if "VmHWM" in row]
    return int(line.split()[1]) // 1024


@pytest.fixture
def conversation(speech_file, tmp_path) -> Path:
    """A minute and a half of speech with pauses."""
    return write_wav(tmp_path / "long.wav", (samples(speech_file) + bytes(RATE * 2)) * 8)


async def test_same_sound_is_the_same_words_whatever_came_before(speech_file, pool, tmp_path):
    first = await transcribe(pool, speech_file)
    await transcribe(pool, write_wav(tmp_path / "other.wav", samples(speech_file)[RATE : 5 * RATE]))

    assert await transcribe(pool, speech_file) == first


@pytest.mark.parametrize("suffix", CONTAINERS)
async def test_every_container_is_transcribed(speech_samples, pool, tmp_path, suffix):
    found = await transcribe(pool, recode(speech_samples, tmp_path / f"sound.{suffix}"))

    assert found["text"]
    assert found["seconds"] == pytest.approx(3.0, abs=0.15)


async def test_audio_of_a_video_and_of_a_recorder_is_transcribed(speech_samples, pool, tmp_path):
    film = await transcribe(pool, recode(speech_samples, tmp_path / "film.mp4", picture=True))
    recording = await transcribe(pool, recode(speech_samples, tmp_path / "recording.webm", piped=True))

    assert film["text"]
    assert recording["text"]


@pytest.mark.parametrize("name", ["opposite-phase.wav", "right-channel-only.wav"])
async def test_speech_that_a_mix_would_lose_is_transcribed(recogniser, data, pool, name):
    found = await transcribe(pool, data / "cases" / name)

    assert found["text"]
    assert found["seconds"] == 1.5


async def test_audio_that_begins_late_is_transcribed_at_its_place(speech_samples, pool, tmp_path):
    late = tmp_path / "late.mkv"
    with av.open(str(late), "w", format="matroska") as output:
        stream = output.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for at in (0, 5):
            frame = av.AudioFrame(format="s16", layout="mono", samples=len(speech_samples) // 2, align=1)
            frame.sample_rate, frame.pts = RATE, at * RATE
            frame.planes[0].update(speech_samples)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    async with aclosing(pool.run("transcribe", {"path": str(late)})) as messages:
        messages_received = [message async for message in messages]

    starts = [message["start"] for message in messages_received if message["event"] == "segment"]
    assert max(starts) == pytest.approx(5.0, abs=0.1)
    assert messages_received[-1]["result"]["seconds"] == pytest.approx(8.0, abs=0.1)


async def test_speech_without_a_pause_is_split_into_segments(speech_file, pool, tmp_path):
    unbroken = samples(speech_file)[: 7 * RATE * 2] * 3
    path = write_wav(tmp_path / "unbroken.wav", unbroken)
    async with aclosing(pool.run("transcribe", {"path": str(path)})) as messages:
        segments = [message async for message in messages if message["event"] == "segment"]

    assert all(segment["end"] - segment["start"] <= 12.1 for segment in segments)
    assert segments[-1]["end"] <= 21.0
    assert len(segments) > 1


NOT_AUDIO = {
    "empty.wav": b"",
    "header-only.wav": broken_wav(claimed=0, held=0),
    "no-channels.wav": broken_wav(channels=0),
    "text.mp3": b"This is a letter, not a song. " * 100,
    "hls.mp4": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    "half-a-box.mp4": b"\0\0\0\x18ftypisom" + bytes(8),
    "picture.mp3": b"GIF89a\x07\0\x05\0" + bytes(100),
    "noise.flac": b"fLaC" + bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", NOT_AUDIO)
async def test_what_is_no_audio_is_refused_by_a_healthy_worker(recogniser, pool, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(NOT_AUDIO[name])

    with pytest.raises(InvalidRequest) as refusal:
        await transcribe(pool, path)

    assert refusal.value.provider_code == "unsupported_media"
    [worker] = pool.process_ids
    assert await transcribe(pool, write_wav(tmp_path / "silence.wav", bytes(RATE * 2))) == {
        "text": "",
        "seconds": 1.0,
    }
    assert pool.process_ids == [worker]


async def test_audio_cut_short_is_transcribed_up_to_the_cut(speech_samples, pool, tmp_path):
    whole = recode(speech_samples, tmp_path / "whole.mp3").read_bytes()
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(whole[: len(whole) * 2 // 3 + 7])

    assert (await transcribe(pool, cut))["seconds"] == pytest.approx(2.0, abs=0.2)


async def test_cancelling_in_the_middle_frees_the_worker(conversation, pool, tmp_path):
    async with aclosing(pool.run("transcribe", {"path": str(conversation)})) as messages:
        await first_segment(messages)
        workers = pool.process_ids
    short = write_wav(tmp_path / "short.wav", samples(conversation, 4.0))

    assert (await asyncio.wait_for(transcribe(pool, short), 30))["text"]
    assert pool.process_ids == workers
    assert pool.open_jobs == 0


async def test_cancelling_in_the_middle_of_a_segment_leaves_the_recogniser_free(speech_file, pool):
    expected = await transcribe(pool, speech_file)
    for wait in (0.05, 0.3, 0.6):
        task = asyncio.create_task(transcribe(pool, speech_file))
        await asyncio.sleep(wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert await transcribe(pool, speech_file) == expected


async def test_two_files_at_once_in_one_worker_do_not_mix(speech_file, pool, tmp_path):
    other = write_wav(tmp_path / "other.wav", samples(speech_file)[8 * RATE * 2 :])
    alone = [await transcribe(pool, speech_file), await transcribe(pool, other)]

    assert await asyncio.gather(transcribe(pool, speech_file), transcribe(pool, other)) == alone


async def test_short_job_overtakes_a_long_file(conversation, pool):
    async with aclosing(pool.run("transcribe", {"path": str(conversation)})) as messages:
        first = await first_segment(messages)
        found = await pool.result("probe", {"path": str(conversation)})
        assert pool.open_jobs == 1

    assert first["id"] == 0
    assert found["seconds"] == 96.0


async def test_killed_worker_is_a_typed_error_and_the_next_file_is_transcribed(conversation, pool, tmp_path):
    async with aclosing(pool.run("transcribe", {"path": str(conversation)})) as messages:
        await first_segment(messages)
        [worker] = pool.process_ids
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(UpstreamInvalid, match="stopped unexpectedly"):
            async for _ in messages:
                pass

    silence = write_wav(tmp_path / "silence.wav", bytes(RATE * 2))
    assert await transcribe(pool, silence) == {"text": "", "seconds": 1.0}
    assert pool.process_ids != [worker]


@pytest.mark.timing
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_hour_of_audio_is_transcribed_in_little_memory(speech_file, pool, tmp_path):
    path = tmp_path / "hour.wav"
    with path.open("wb") as file:
        file.write(write_wav(tmp_path / "head.wav", b"").read_bytes()[:40])
        file.write((3600 * RATE * 2).to_bytes(4, "little"))
        for said in (samples(speech_file), b"", samples(speech_file, 8.0)):
            file.write(said + bytes(1200 * RATE * 2 - len(said)))

    found = await transcribe(pool, path)

    assert found["seconds"] == 3600.0
    assert word_errors(" ".join(found["text"].split()[:21])) <= 0.35
    assert memory(pool.process_ids[0]) < 300
