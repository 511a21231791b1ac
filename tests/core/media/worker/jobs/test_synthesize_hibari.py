"""Natural speech in a real worker: levels, silences, words, formats, hostile texts, cancellation, death."""

from __future__ import annotations

import asyncio
import os
import signal
from array import array
from collections.abc import Iterator
from contextlib import aclosing
from math import log10, sqrt
from pathlib import Path
from typing import Any

import pytest

from core.contract.errors import InvalidRequest, Unavailable, UpstreamInvalid
from core.media.installed import PACKAGED_VOICE, VOICES, natural_speech_hint
from core.media.pool.kinds import MB, NATURAL_SPEECH
from core.media.pool.pool import Pool
from core.media.pool.process import WorkerLimits
from core.media.pool.shared import new_pool
from core.media.weights import WEIGHTS
from core.media.worker.engines.hibari import DURATIONS
from core.media.worker.jobs.synthesize_hibari import LONGEST_PIECE, pause, pieces
from tests.fakes.voices import packaged_voice
from tests.fakes.workers import decoded_seconds, speech_job, synthesized

RATE = 24_000
QUIET = 160
TWO = "The morning train was late again. She opened the old wooden box."
JOB = "synthesize_hibari"

needs_hibari = pytest.mark.skipif(natural_speech_hint() is not None, reason="hibari is not installed")


@pytest.fixture(scope="module")
def natural(synthesiser: None) -> Iterator[Pool]:
    created = new_pool(NATURAL_SPEECH)
    yield created
    created.close()


def job(text: str, **fields: Any) -> dict[str, Any]:
    """The job's arguments: the voice in the package, at normal speed, as samples."""
    return {"text": text, "speed": 1.0, "format": "pcm", "voice": PACKAGED_VOICE, "folder": None, **fields}


async def speak(pool: Pool, text: str, **fields: Any) -> tuple[bytes, list[list[Any]], float]:
    """Audio, words and seconds of one job."""
    audio, words, seconds = bytearray(), list[list[Any]](), 0.0
    async with aclosing(pool.run(JOB, job(text, **fields))) as messages:
        async for message in messages:
            if isinstance(message, bytes):
                audio += message
            elif message["event"] == "words":
                words += message["words"]
            elif message["event"] == "done":
                seconds = message["result"]["seconds"]
    return bytes(audio), words, seconds


def silences(audio: bytes, least: float = 0.1) -> list[tuple[float, float]]:
    """Beginning and length in seconds of each silence, those at the ends as well."""
    samples = array("h", audio)
    step = RATE // 100
    quiet = [max(map(abs, samples[at : at + step])) < QUIET for at in range(0, len(samples), step)]
    found, begun = [], None
    for number, silent in enumerate([*quiet, False]):
        if silent and begun is None:
            begun = number
        elif not silent and begun is not None:
            if (number - begun) / 100 >= least:
                found.append((begun / 100, (number - begun) / 100))
            begun = None
    return found


def decibels(audio: bytes) -> float:
    """Root mean square of those hundredths of a second that are no pause."""
    samples = array("h", audio)
    step = RATE // 100
    squares = [
        sum(s * s for s in samples[at : at + step]) / step for at in range(0, len(samples) - step, step)
    ]
    loud = [square for square in squares if sqrt(square) > 330]
    return 10 * log10(sum(loud) / len(loud) / 32768**2)


@needs_hibari
@pytest.mark.anyio
async def test_sentences_keep_a_pause_and_the_ends_have_none(natural):
    audio, _, seconds = await speak(natural, TWO)

    assert len(audio) / 2 / RATE == pytest.approx(seconds, abs=0.001)
    between = [length for start, length in silences(audio) if 0 < start < seconds - 0.5]
    assert [length for length in between if length > 0.3] == [pytest.approx(0.4, abs=0.1)]
    assert [length for start, length in silences(audio) if start == 0] == []


@needs_hibari
@pytest.mark.anyio
async def test_it_is_as_loud_as_the_other_engine(natural, pool):
    ours, _, _ = await speak(natural, TWO)
    theirs = await synthesized(pool, speech_job(TWO))

    assert decibels(ours) == pytest.approx(decibels(theirs), abs=1.5)
    assert max(array("h", ours)) < 32_767


@needs_hibari
@pytest.mark.anyio
async def test_words_are_those_of_the_text_at_their_times(natural):
    text = "Dr. Smith paid $1,250 at 9:30, see **example.com** for version 2.10.3. It was late."
    audio, words, seconds = await speak(natural, text)

    spoken = "Dr Smith paid $1,250 at 9:30 see example.com for version 2.10.3 It was late"
    assert " ".join(word for word, _, _ in words) == spoken
    times = [time for _, start, end in words for time in (start, end)]
    assert times == sorted(times)
    assert times[-1] <= seconds
    before, after = (next(word for word in words if word[0] == name) for name in ("2.10.3", "It"))
    start, length = min(silences(audio), key=lambda found: abs(found[0] - before[2]))
    assert before[2] == pytest.approx(start, abs=0.12)
    assert after[1] == pytest.approx(start + length, abs=0.12)


@needs_hibari
@pytest.mark.anyio
async def test_the_same_text_has_the_same_bytes(natural):
    first, other = await asyncio.gather(speak(natural, TWO), speak(natural, TWO))

    assert first == other


@needs_hibari
@pytest.mark.anyio
@pytest.mark.parametrize("speed", [0.25, 0.5, 2.0, 4.0])
async def test_speed_changes_the_time_that_sound_and_words_take(natural, speed):
    _, _, normal = await speak(natural, TWO)
    audio, words, seconds = await speak(natural, TWO, speed=speed)

    assert seconds == pytest.approx(normal / speed, rel=0.15)
    assert len(audio) / 2 / RATE == pytest.approx(seconds, abs=0.1)
    assert seconds - 0.3 / speed - 0.05 < words[-1][2] <= seconds


@needs_hibari
@pytest.mark.anyio
@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac"])
async def test_every_format_decodes_to_the_reported_duration(natural, form):
    audio, _, seconds = await speak(natural, TWO, format=form)

    assert decoded_seconds(audio) == pytest.approx(seconds, abs=0.12)


@needs_hibari
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ("😀🎉" * 10_000, 0.2),
        ("你好" * 100, 0.2),
        ("word and other things go on " * 20, 25.0),
        ("a" * 300, 3.0),
        ("12345678901234567890 " * 10, 60.0),
        ("Hello\x01\x1b[31m\ud83d there", 0.5),
        ("*_~`" * 5_000, 0.2),
    ],
)
async def test_hostile_texts_are_spoken_as_far_as_they_have_words(natural, text, shortest):
    audio, _, seconds = await speak(natural, text)

    assert len(audio) / 2 / RATE == pytest.approx(seconds, abs=0.001)
    assert seconds >= shortest


@needs_hibari
@pytest.mark.anyio
@pytest.mark.parametrize("text", ["<a" * 9_999, "1" * 19_800, "1234567890 " * 1_800], ids=["<a", "1", "10"])
async def test_a_text_of_hours_is_refused_before_it_is_spoken(natural, text):
    async with aclosing(natural.run(JOB, job(text))) as messages:
        with pytest.raises(InvalidRequest, match="more than an hour") as refusal:
            await anext(messages)

    assert (refusal.value.param, refusal.value.provider_code) == ("input", "string_above_max_length")


@needs_hibari
@pytest.mark.anyio
async def test_a_long_text_in_prose_is_spoken(natural):
    text = ("The quick brown fox jumps over the lazy dog, and nobody is surprised. " * 286)[:20_000]
    async with aclosing(natural.run(JOB, job(text))) as messages:
        async for message in messages:
            if isinstance(message, bytes):
                break

    assert isinstance(message, bytes)


@needs_hibari
@pytest.mark.anyio
async def test_a_reader_that_leaves_frees_the_worker(natural):
    async with aclosing(natural.run(JOB, job(TWO * 200))) as messages:
        async for message in messages:
            if isinstance(message, bytes):
                break

    assert len((await speak(natural, "Hi."))[0]) > 0
    assert natural.open_jobs == 0


@needs_hibari
@pytest.mark.anyio
async def test_a_killed_worker_is_an_error_and_the_next_one_works(synthesiser):
    pool = new_pool(NATURAL_SPEECH)
    try:
        with pytest.raises(UpstreamInvalid):
            await speak_and_kill(pool)
        assert len((await speak(pool, "Hi."))[0]) > 0
    finally:
        await asyncio.to_thread(pool.close)


async def speak_and_kill(pool: Pool) -> None:
    async with aclosing(pool.run(JOB, job(TWO * 200, format="flac"))) as messages:
        async for message in messages:
            if isinstance(message, bytes):
                for number in pool.process_ids:
                    os.kill(number, signal.SIGKILL)


@pytest.fixture
def voices(tmp_path) -> dict[str, str]:
    """The folder of each further voice: the network of the one in the package under the name of theirs."""
    network = packaged_voice()
    for name, weights in VOICES.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / WEIGHTS[weights].files[0].name).write_bytes(network)
    return {name: str(tmp_path / name) for name in VOICES}


@needs_hibari
@pytest.mark.anyio
async def test_a_voice_speaks_with_its_accent_from_its_folder(natural, voices):
    text = "Aluminium, tomato, can't."
    heart, kore, emma = [
        await speak(natural, text),
        *[await speak(natural, text, voice=name, folder=voices[name]) for name in ("kore", "emma")],
    ]
    assert kore == heart
    assert emma[0] != heart[0]
    assert [word for word, _, _ in emma[1]] == ["Aluminium", "tomato", "can't"]


@needs_hibari
@pytest.mark.anyio
async def test_every_voice_at_once_is_one_process_on_the_smallest_machine(synthesiser, voices):
    limits = WorkerLimits(NATURAL_SPEECH.least, NATURAL_SPEECH.niceness, 1, NATURAL_SPEECH.step_seconds)
    pool = Pool(1, jobs_per_process=64, limits=limits)
    texts = [("mp3", TWO * 5, 1.0), ("opus", "12345678901234567890 " * 10, 2.0), ("aac", "wugs " * 50, 0.25)]
    try:
        spoken = await asyncio.gather(
            *(
                speak(pool, text, voice=name, folder=folder, format=form, speed=speed)
                for name, folder in {PACKAGED_VOICE: None, **voices}.items()
                for form, text, speed in texts
            )
        )
        (process,) = pool.process_ids
        taken = peak(process)
    finally:
        await asyncio.to_thread(pool.close)
    assert min(seconds for _, _, seconds in spoken) > 15
    assert taken["VmHWM"] < 600 * MB
    assert taken["VmPeak"] < NATURAL_SPEECH.least


def peak(process: int) -> dict[str, int]:
    """The most memory and the most address space that a process had, in bytes."""
    rows = [line.split() for line in Path(f"/proc/{process}/status").read_text().splitlines()]
    return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows if row[0] in ("VmHWM:", "VmPeak:")}


@needs_hibari
@pytest.mark.anyio
async def test_words_of_a_voice_without_durations_have_a_time(natural, tmp_path):
    name = DURATIONS.encode()
    network = packaged_voice().replace(name, name[::-1])
    (tmp_path / "af_kore.int8.onnx").write_bytes(network)
    _, exact, seconds = await speak(natural, TWO)
    audio, words, _ = await speak(natural, TWO, voice="kore", folder=str(tmp_path))

    assert [word for word, _, _ in words] == [word for word, _, _ in exact]
    assert [start for _, start, _ in words] == [pytest.approx(start, abs=0.4) for _, start, _ in exact]
    assert len(audio) / 2 / RATE == pytest.approx(seconds, abs=0.001)


@needs_hibari
@pytest.mark.anyio
async def test_a_voice_that_is_gone_is_an_error_and_the_others_speak(natural, tmp_path):
    with pytest.raises(Unavailable, match=r"cannot be read: am_fenrir_v2\.int8\.onnx"):
        await speak(natural, "Hi.", voice="fenrir", folder=str(tmp_path))

    assert len((await speak(natural, "Hi."))[0]) > 0


def test_pieces_end_where_a_speaker_pauses():
    text = "Dr. Who said: hello. Yes?\nA line\n\nA paragraph, and " + "more words " * 40
    found = list(pieces(text))

    assert found[:4] == [("Dr. Who said: hello.", 0.35), ("Yes?", 0.5), ("A line", 0.7), found[3]]
    assert max(len(piece) for piece, _ in found) <= LONGEST_PIECE
    assert found[-1][1] == 0.0
    assert list(pieces("… —")) == []


@pytest.mark.parametrize(
    ("fragment", "following", "seconds"),
    [
        ("One.", " Two", 0.35),
        ("One,", " two", 0.15),
        ("“One.”", " Two", 0.35),
        ("one", " two", 0.04),
        ("a", "a", 0.04),
    ],
)
def test_pause_follows_from_the_mark(fragment, following, seconds):
    assert pause(fragment, following) == seconds
