"""Transcription in worker processes: containers, gaps, cancellation, crashes, and files without audio."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from core.contract.errors import InvalidRequest, Unavailable, UpstreamInvalid
from core.media.installed import RECOGNISER
from core.media.pool.kinds import MB, TRANSCRIPTION
from core.media.pool.pool import Pool
from core.media.pool.process import WorkerLimits
from core.media.pool.shared import shared_pool
from core.media.weights import weights_folder
from tests.fakes.audio_files import CONTAINERS, RATE, broken_wav, recode, samples, word_errors, write_wav

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("whisper")]


def job(path: Path, **changes: Any) -> dict[str, Any]:
    return {"path": str(path), "model": str(weights_folder(RECOGNISER)), **changes}


async def transcribe(pool: Pool, path: Path, **changes: Any) -> dict[str, Any]:
    return await pool.result("transcribe", job(path, **changes))


async def messages_of(pool: Pool, path: Path, **changes: Any) -> list[dict[str, Any]]:
    async with aclosing(pool.run("transcribe", job(path, **changes))) as messages:
        return [message async for message in messages if isinstance(message, dict)]


async def first_segment(messages) -> dict[str, object]:
    async for message in messages:
        if message["event"] == "segment":
            return message
    raise AssertionError("nothing was transcribed")


def memory(process: int) -> int:
    """The most memory a process ever had, in MiB."""
    [line] = [row for row in Path(f"/proc/{process}/status").read_text().splitlines() if "VmHWM" in row]
    return int(line.split()[1]) // 1024


@pytest.fixture(scope="module")
def breakable(whisper: str) -> Iterator[Pool]:
    """A worker apart from the shared ones, for tests that end it; the next one loads the model anew."""
    created = Pool(1, jobs_per_process=1, limits=WorkerLimits(TRANSCRIPTION.least, 5), step_timeout=300.0)
    yield created
    created.close()


@pytest.fixture
def voice(speech_file) -> bytes:
    """ "And so, my fellow Americans", at 16 kHz: three seconds that are understood at the first try."""
    return samples(speech_file, 3.0)


@pytest.fixture
def conversation(voice, tmp_path) -> Path:
    """The same three times, with pauses of three seconds."""
    return write_wav(tmp_path / "long.wav", (voice + bytes(RATE * 2 * 3)) * 3)


async def test_sentence_is_written_down_without_an_error(speech_file, listener):
    messages = await messages_of(listener, speech_file, words=True)

    *_, done = messages
    assert word_errors(done["result"]["text"]) == 0
    assert done["result"]["language"] == "en"
    assert done["result"]["seconds"] == 11.0
    segments = [message for message in messages if message["event"] == "segment"]
    assert "".join(segment["text"] for segment in segments) == done["result"]["text"]
    words = [word for segment in segments for word in segment["words"]]
    assert [word for word, *_ in words] == done["result"]["text"].split()
    assert all(0.0 <= start <= end <= 11.0 for _, start, end, _ in words)
    assert all(before[2] <= after[1] for before, after in pairwise(words))
    assert all(0.0 <= probability <= 1.0 for *_, probability in words)
    assert set(segments[0]["measures"]) == {
        "seek",
        "tokens",
        "temperature",
        "avg_logprob",
        "compression_ratio",
        "no_speech_prob",
    }


async def test_words_have_times_only_where_they_are_asked_for(voice, listener, tmp_path):
    messages = await messages_of(listener, write_wav(tmp_path / "voice.wav", voice))
    segments = [row for row in messages if row["event"] == "segment"]

    assert [segment["words"] for segment in segments] == [[] for _ in segments]


async def test_prompt_teaches_a_spelling(speech_file, listener):
    prompt = "Kountry, kountry, my fellow Amerikans, my kountry."
    found = await transcribe(listener, speech_file, prompt=prompt, language="en")

    assert word_errors(found["text"].replace("Amerikans", "Americans")) == 0
    assert "Amerikans" in found["text"]


@pytest.mark.parametrize("suffix", CONTAINERS)
async def test_every_container_is_read(listener, tmp_path, suffix):
    found = await transcribe(listener, recode(bytes(3 * RATE * 2), tmp_path / f"sound.{suffix}"))

    assert (found["text"], found["language"]) == ("", None)
    assert found["seconds"] == pytest.approx(3.0, abs=0.15)


async def test_audio_of_a_video_and_of_a_recorder_is_transcribed(voice, listener, tmp_path):
    film = await transcribe(listener, recode(voice, tmp_path / "film.mp4", picture=True))
    recording = await transcribe(listener, recode(voice, tmp_path / "recording.webm", piped=True))

    assert "fellow Americans" in film["text"]
    assert "fellow Americans" in recording["text"]


@pytest.mark.parametrize("name", ["opposite-phase.wav", "right-channel-only.wav"])
async def test_speech_that_a_mix_would_lose_is_transcribed(data, listener, name):
    found = await transcribe(listener, data / "cases" / name, language="en")

    assert found["text"]
    assert found["seconds"] == 1.5


async def test_audio_that_begins_late_is_transcribed_at_its_place(voice, listener, tmp_path):
    late = tmp_path / "late.mkv"
    with av.open(str(late), "w", format="matroska") as output:
        stream = output.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for at in (0, 8):
            frame = av.AudioFrame(format="s16", layout="mono", samples=len(voice) // 2, align=1)
            frame.sample_rate, frame.pts = RATE, at * RATE
            frame.planes[0].update(voice)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    *messages, done = await messages_of(listener, late)

    starts = [message["start"] for message in messages if message["event"] == "segment"]
    assert max(starts) == pytest.approx(8.0, abs=0.5)
    assert done["result"]["seconds"] == pytest.approx(11.0, abs=0.1)


async def test_segments_come_one_by_one_with_their_progress(conversation, listener):
    *messages, done = await messages_of(listener, conversation)

    names = [message["event"] for message in messages if message["event"] != "queue"]
    assert names.count("segment") >= 3
    assert "progress" in names[names.index("segment") : -1]
    done_seconds = [message["done"] for message in messages if message["event"] == "progress"]
    assert done_seconds == sorted(done_seconds)
    assert done_seconds[-1] == pytest.approx(18.0, abs=3.5)
    assert [row["id"] for row in messages if row["event"] == "segment"] == list(range(names.count("segment")))
    assert done["result"]["text"].lower().count("americans") == 3


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
async def test_what_is_no_audio_is_refused_by_a_healthy_worker(listener, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(NOT_AUDIO[name])

    with pytest.raises(InvalidRequest) as refusal:
        await transcribe(listener, path)

    assert refusal.value.provider_code == "unsupported_media"
    workers = listener.process_ids
    silence = write_wav(tmp_path / "silence.wav", bytes(RATE * 2))
    assert await transcribe(listener, silence) == {"text": "", "language": None, "seconds": 1.0}
    assert listener.process_ids == workers


async def test_audio_cut_short_is_transcribed_up_to_the_cut(voice, listener, tmp_path):
    whole = recode(voice, tmp_path / "whole.mp3").read_bytes()
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(whole[: len(whole) * 2 // 3 + 7])

    assert (await transcribe(listener, cut))["seconds"] == pytest.approx(2.0, abs=0.2)


async def test_cancelling_in_the_middle_frees_the_worker(conversation, breakable, voice, tmp_path):
    async with aclosing(breakable.run("transcribe", job(conversation))) as messages:
        await first_segment(messages)
    short = write_wav(tmp_path / "short.wav", voice)

    assert (await asyncio.wait_for(transcribe(breakable, short), 60))["text"]
    assert breakable.open_jobs == 0


async def test_short_job_overtakes_a_long_file(conversation, listener):
    async with aclosing(listener.run("transcribe", job(conversation))) as messages:
        first = await first_segment(messages)
        found = await shared_pool("probe").result("probe", {"path": str(conversation)})
        assert listener.open_jobs == 1

    assert first["id"] == 0
    assert found["seconds"] == 18.0


async def test_killed_worker_is_a_typed_error_and_the_next_file_is_transcribed(
    conversation, breakable, tmp_path
):
    async with aclosing(breakable.run("transcribe", job(conversation))) as messages:
        await first_segment(messages)
        [worker] = breakable.process_ids
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(UpstreamInvalid, match="stopped unexpectedly"):
            async for _ in messages:
                pass

    silence = write_wav(tmp_path / "silence.wav", bytes(RATE * 2))
    assert await transcribe(breakable, silence) == {"text": "", "language": None, "seconds": 1.0}
    assert breakable.process_ids != [worker]


async def test_weights_that_are_damaged_name_the_command(voice, listener, tmp_path):
    file = write_wav(tmp_path / "voice.wav", voice)
    (tmp_path / "whisper-base").mkdir()
    (tmp_path / "whisper-base" / "model.bin").write_bytes(b"no model")

    with pytest.raises(Unavailable, match=r"manage\.py install_model whisper-base"):
        await transcribe(listener, file, model=str(tmp_path / "whisper-base"))

    assert "fellow Americans" in (await transcribe(listener, file))["text"]


async def test_small_model_of_english_makes_no_error_either(speech_file, listener):
    folder = weights_folder("whisper-tiny.en")
    if folder is None:
        pytest.skip("not installed here: manage.py install_model whisper-tiny.en")

    found = await transcribe(listener, speech_file, model=str(folder), words=True)

    assert word_errors(found["text"]) == 0
    assert found["language"] == "en"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is limited on Linux")
@pytest.mark.parametrize("megabytes", [420, 600], ids=["loading", "listening"])
async def test_model_that_does_not_fit_is_a_typed_error(speech_file, whisper, megabytes):
    pool = Pool(1, jobs_per_process=1, limits=WorkerLimits(megabytes * MB, 5), step_timeout=60.0)
    try:
        with pytest.raises((Unavailable, UpstreamInvalid), match="memory"):
            await transcribe(pool, speech_file)
    finally:
        pool.close()


@pytest.mark.timing
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_long_audio_is_transcribed_in_little_memory(voice, breakable, tmp_path):
    """Ten minutes are 19 MB as they are decoded, and 38 as the model takes them."""
    await transcribe(breakable, write_wav(tmp_path / "short.wav", voice))
    [worker] = breakable.process_ids
    before = memory(worker)
    minutes = bytes(300 * RATE * 2 - len(voice))
    path = write_wav(tmp_path / "long.wav", voice + minutes + minutes + voice)

    *messages, done = await messages_of(breakable, path)

    starts = [message["start"] for message in messages if message["event"] == "segment"]
    assert done["result"]["seconds"] == 600.0
    assert starts == [pytest.approx(0.0, abs=0.5), pytest.approx(597.0, abs=0.7)]
    assert done["result"]["text"].lower().count("americans") == 2
    assert memory(worker) - before < 12
