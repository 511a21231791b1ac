"""Transcription in real workers: words, times, order, progress, Stop, and files that are not sound."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import av
import pytest

from core.contract.errors import InvalidRequest, Unavailable, Unsupported, UpstreamInvalid
from core.contract.events import (
    Progress,
    Segment,
    Transcript,
    TranscriptDelta,
    TranscriptWord,
    TranscriptWords,
    Used,
)
from core.contract.route import Target
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.media.pool.pool import Pool
from core.providers.local import Local, transcription
from tests.fakes.audio_files import CONTAINERS, RATE, broken_wav, recode, samples, word_errors, write_wav

pytestmark = pytest.mark.anyio

TARGET = Target(
    endpoint_id=1, provider="local", provider_name="Local", wire="local", base_url="", model="pocketsphinx"
)


@dataclass
class Written:
    text: str = ""
    segments: list[Segment] = field(default_factory=list)
    words: list[TranscriptWord] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    whole: Transcript | None = None
    units: dict[str, float] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


def asked(path: Path, seconds: float | None = None, language: str | None = None) -> TranscriptionRequest:
    file = AudioFile(str(path), path.name, "audio/wav", 0, seconds)
    return TranscriptionRequest(model="local/pocketsphinx", file=file, language=language)


async def write_down(request: TranscriptionRequest) -> Written:
    """Everything one request through the adapter gives."""
    found = Written()
    async with aclosing(Local.transcribe(TARGET, request)) as events:
        async for event in events:
            found.order.append(type(event).__name__)
            match event:
                case TranscriptDelta():
                    found.text += event.text
                case Segment():
                    found.segments.append(event)
                case TranscriptWords():
                    found.words += event.words
                case Progress():
                    found.progress.append(event)
                case Transcript():
                    found.whole = event
                case Used():
                    found.units = {name: float(value) for name, value in event.usage.units().items()}
    return found


async def hear(pool: Pool, path: Path) -> dict[str, object]:
    return await pool.result("transcribe", {"path": str(path)})


async def first_segment(messages) -> dict[str, object]:
    async for message in messages:
        if message["event"] == "segment":
            return message
    raise AssertionError("nothing was heard")


def memory(process: int) -> int:
    """The most memory a process ever had, in MiB."""
    [line] = [row for row in Path(f"/proc/{process}/status").read_text().splitlines() if "VmHWM" in row]
    return int(line.split()[1]) // 1024


@pytest.fixture
def conversation(speech_file, tmp_path) -> Path:
    """A minute and a half of speech with pauses."""
    return write_wav(tmp_path / "long.wav", (samples(speech_file) + bytes(RATE * 2)) * 8)


async def test_speech_is_written_down(speech_file):
    found = await write_down(asked(speech_file, 11.0))

    assert word_errors(found.text) <= 0.30
    assert found.whole == Transcript(found.text, "en", 11.0)
    assert found.units == {"audio_in.second": 11.0}
    assert found.text == " ".join(segment.text for segment in found.segments)
    assert found.text.split() == [word.word for word in found.words]
    assert found.order[-2:] == ["Transcript", "Used"]


async def test_times_go_forward_and_stay_inside_the_file(speech_file):
    found = await write_down(asked(speech_file, 11.0))

    times = [moment for word in found.words for moment in (word.start, word.end)]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert 0 <= times[0] <= times[-1] <= 11.0
    edges = [moment for segment in found.segments for moment in (segment.start, segment.end)]
    assert all(earlier <= later for earlier, later in pairwise(edges))
    assert all(0 <= word.confidence <= 1 for word in found.words)
    assert [segment.id for segment in found.segments] == list(range(len(found.segments)))


async def test_same_sound_is_the_same_words_whoever_came_before(speech_file, pool, tmp_path):
    first = await hear(pool, speech_file)
    await hear(pool, write_wav(tmp_path / "other.wav", samples(speech_file)[RATE : 5 * RATE]))

    assert await hear(pool, speech_file) == first


async def test_first_words_come_before_the_rest_is_heard(speech_file):
    found = await write_down(asked(speech_file, 11.0))

    assert len(found.segments) > 1
    first = found.order.index("TranscriptDelta")
    assert found.order[first : first + 3] == ["TranscriptDelta", "Segment", "TranscriptWords"]
    assert "Progress" in found.order[first : found.order.index("TranscriptDelta", first + 1)]


async def test_progress_counts_up_to_the_end(speech_file):
    found = await write_down(asked(speech_file, 11.0))

    done = [progress.done for progress in found.progress]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(11.0, abs=0.5)
    assert {(p.stage, p.total, p.unit) for p in found.progress} == {("hearing", 11.0, "second")}


@pytest.mark.parametrize("suffix", CONTAINERS)
async def test_every_container_is_heard(speech_samples, pool, tmp_path, suffix):
    found = await hear(pool, recode(speech_samples, tmp_path / f"sound.{suffix}"))

    assert found["text"]
    assert found["seconds"] == pytest.approx(3.0, abs=0.15)


async def test_sound_of_a_video_and_of_a_recorder_is_heard(speech_samples, pool, tmp_path):
    film = await hear(pool, recode(speech_samples, tmp_path / "film.mp4", picture=True))
    recording = await hear(pool, recode(speech_samples, tmp_path / "recording.webm", piped=True))

    assert film["text"]
    assert recording["text"]


async def test_sound_that_begins_late_is_heard_at_its_place(speech_samples, pool, tmp_path):
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
        heard = [message async for message in messages]

    starts = [message["start"] for message in heard if message["event"] == "segment"]
    assert max(starts) == pytest.approx(5.0, abs=0.1)
    assert heard[-1]["result"]["seconds"] == pytest.approx(8.0, abs=0.1)


async def test_silence_is_an_empty_transcript(recogniser, tmp_path):
    found = await write_down(asked(write_wav(tmp_path / "silence.wav", bytes(4 * RATE * 2)), 4.0))

    assert found.whole == Transcript("", "en", 4.0)
    assert (found.text, found.segments, found.words) == ("", [], [])
    assert found.units == {"audio_in.second": 4.0}


async def test_speech_without_a_pause_is_cut_into_stretches(speech_file, pool, tmp_path):
    unbroken = samples(speech_file)[: 7 * RATE * 2] * 3
    path = write_wav(tmp_path / "unbroken.wav", unbroken)
    async with aclosing(pool.run("transcribe", {"path": str(path)})) as messages:
        segments = [message async for message in messages if message["event"] == "segment"]

    assert all(segment["end"] - segment["start"] <= 12.1 for segment in segments)
    assert segments[-1]["end"] <= 21.0
    assert len(segments) > 1


@pytest.mark.parametrize("language", ["de", "ru", "zh-CN", "enm"])
async def test_other_languages_are_refused(tmp_path, language):
    with pytest.raises(Unsupported, match="US English only") as refusal:
        await write_down(asked(tmp_path / "unread.wav", language=language))

    assert (refusal.value.provider_code, refusal.value.param) == ("unsupported_language", "language")


@pytest.mark.parametrize("language", ["en", "en-US", "en_GB", "EN"])
async def test_english_is_taken_by_any_of_its_names(recogniser, tmp_path, language):
    path = write_wav(tmp_path / "silence.wav", bytes(RATE * 2))

    assert (await write_down(asked(path, language=language))).whole == Transcript("", "en", 1.0)


async def test_missing_extra_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(transcription, "transcription_hint", lambda: "pip install it")

    with pytest.raises(Unavailable, match="pip install it"):
        await write_down(asked(tmp_path / "unread.wav"))


NOT_SOUND = {
    "empty.wav": b"",
    "header-only.wav": broken_wav(claimed=0, held=0),
    "no-channels.wav": broken_wav(channels=0),
    "text.mp3": b"This is a letter, not a song. " * 100,
    "hls.mp4": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    "half-a-box.mp4": b"\0\0\0\x18ftypisom" + bytes(8),
    "picture.mp3": b"GIF89a\x07\0\x05\0" + bytes(100),
    "noise.flac": b"fLaC" + bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", NOT_SOUND)
async def test_what_is_no_sound_is_refused_by_a_healthy_worker(recogniser, pool, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(NOT_SOUND[name])

    with pytest.raises(InvalidRequest) as refusal:
        await hear(pool, path)

    assert refusal.value.provider_code == "unsupported_media"
    [worker] = pool.process_ids
    assert await hear(pool, write_wav(tmp_path / "silence.wav", bytes(RATE * 2))) == {
        "text": "",
        "seconds": 1.0,
    }
    assert pool.process_ids == [worker]


async def test_sound_cut_short_is_heard_up_to_the_cut(speech_samples, pool, tmp_path):
    whole = recode(speech_samples, tmp_path / "whole.mp3").read_bytes()
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(whole[: len(whole) * 2 // 3 + 7])

    assert (await hear(pool, cut))["seconds"] == pytest.approx(2.0, abs=0.2)


async def test_stop_in_the_middle_frees_the_worker(conversation, pool, tmp_path):
    async with aclosing(pool.run("transcribe", {"path": str(conversation)})) as messages:
        await first_segment(messages)
        workers = pool.process_ids
    short = write_wav(tmp_path / "short.wav", samples(conversation, 4.0))

    assert (await asyncio.wait_for(hear(pool, short), 30))["text"]
    assert pool.process_ids == workers
    assert pool.open_jobs == 0


async def test_stop_in_the_middle_of_a_stretch_leaves_the_recogniser_free(speech_file, pool):
    expected = await hear(pool, speech_file)
    for wait in (0.05, 0.3, 0.6):
        task = asyncio.create_task(hear(pool, speech_file))
        await asyncio.sleep(wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert await hear(pool, speech_file) == expected


async def test_two_files_at_once_in_one_worker_do_not_mix(speech_file, pool, tmp_path):
    other = write_wav(tmp_path / "other.wav", samples(speech_file)[8 * RATE * 2 :])
    alone = [await hear(pool, speech_file), await hear(pool, other)]

    assert await asyncio.gather(hear(pool, speech_file), hear(pool, other)) == alone


async def test_short_errand_overtakes_a_long_file(conversation, pool):
    async with aclosing(pool.run("transcribe", {"path": str(conversation)})) as messages:
        first = await first_segment(messages)
        found = await pool.result("probe", {"path": str(conversation)})
        assert pool.open_jobs == 1

    assert first["id"] == 0
    assert found["seconds"] == 96.0


async def test_killed_worker_is_a_typed_error_and_the_next_file_is_heard(conversation, pool, tmp_path):
    async with aclosing(pool.run("transcribe", {"path": str(conversation)})) as messages:
        await first_segment(messages)
        [worker] = pool.process_ids
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(UpstreamInvalid, match="stopped unexpectedly"):
            async for _ in messages:
                pass

    silence = write_wav(tmp_path / "silence.wav", bytes(RATE * 2))
    assert await hear(pool, silence) == {"text": "", "seconds": 1.0}
    assert pool.process_ids != [worker]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_hour_of_sound_is_heard_in_little_memory(speech_file, pool, tmp_path):
    path = tmp_path / "hour.wav"
    with path.open("wb") as file:
        file.write(write_wav(tmp_path / "head.wav", b"").read_bytes()[:40])
        file.write((3600 * RATE * 2).to_bytes(4, "little"))
        for said in (samples(speech_file), b"", samples(speech_file, 8.0)):
            file.write(said + bytes(1200 * RATE * 2 - len(said)))

    found = await hear(pool, path)

    assert found["seconds"] == 3600.0
    assert word_errors(" ".join(found["text"].split()[:21])) <= 0.35
    assert memory(pool.process_ids[0]) < 300
