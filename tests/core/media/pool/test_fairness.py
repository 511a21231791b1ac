"""One caller's work, one worker's death and one reader's silence are nobody else's trouble."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from core.contract.errors import Interrupted, PolyphonyError, RateLimited, UpstreamInvalid
from core.media import client
from core.media.pool import pool as pools
from core.media.pool.pool import Pool
from core.media.pool.shared import shared_pool
from tests.core.media.pool.test_pool import LONG, first_sound, until
from tests.fakes.pdf_files import flooding_pdf
from tests.fakes.workers import SENTENCE, decoded_seconds, speech_job, synthesized, synthesized_size

pytestmark = pytest.mark.anyio


async def work_for(caller: str, pool: Pool, args: dict[str, Any]) -> int:
    client.work_for(caller)
    return await synthesized_size(pool, args)


@pytest.fixture
def narrow(synthesiser):
    """One process with room for four jobs, one of each caller."""
    pool = Pool(1, jobs_per_process=4)
    yield pool
    pool.close()


async def test_short_job_of_a_second_caller_overtakes_what_the_first_one_has_waiting(narrow):
    order: list[str] = []

    async def note(caller: str, args: dict[str, Any]) -> None:
        await work_for(caller, narrow, args)
        order.append(caller)

    alice = [asyncio.create_task(note("alice", speech_job(SENTENCE * 10, format="mp3"))) for _ in range(6)]
    await until(lambda: narrow.waiting_jobs == 5)
    await note("bob", speech_job())
    assert order == ["bob"]
    await asyncio.gather(*alice)


async def test_caller_with_too_much_waiting_is_refused_and_another_is_not(narrow, monkeypatch):
    monkeypatch.setattr(pools, "WAITING_PER_CALLER", 2)
    alice = [asyncio.create_task(work_for("alice", narrow, speech_job())) for _ in range(5)]
    await until(lambda: narrow.waiting_jobs == 2)

    assert await work_for("bob", narrow, speech_job()) > 100_000
    outcomes = await asyncio.gather(*alice, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, RateLimited)]
    assert (len(refused), refused[0].retry_after) == (2, pools.RETRY_AFTER)
    assert all(size > 100_000 for size in outcomes if isinstance(size, int))
    assert (narrow.open_jobs, narrow.waiting_jobs) == (0, 0)


async def test_waiting_job_is_told_its_place(narrow):
    async with aclosing(narrow.run("synthesize", speech_job())) as first:
        await first_sound(first)
        waiting = [narrow.run("synthesize", speech_job()) for _ in range(2)]
        places = [await anext(messages) for messages in waiting]
        await first.aclose()
        await waiting[0].aclose()
        moved = [message async for message in waiting[1] if isinstance(message, dict)]
    assert places == [
        {"event": "queue", "place": 1, "waiting": 1},
        {"event": "queue", "place": 2, "waiting": 2},
    ]
    assert [message["event"] for message in moved][-1] == "done"


class Stream:
    """A speech that is read in the background."""

    def __init__(self, pool: Pool, args: dict[str, Any]) -> None:
        self.audio = bytearray()
        self.begun = asyncio.Event()
        self.task = asyncio.create_task(self._read(pool, args))

    async def _read(self, pool: Pool, args: dict[str, Any]) -> bytes:
        async with aclosing(pool.run("synthesize", args)) as messages:
            async for message in messages:
                if isinstance(message, bytes):
                    self.audio += message
                    self.begun.set()
        return bytes(self.audio)


def playing_time(audio: bytes, form: str) -> float:
    return len(audio) / 48_000 if form == "pcm" else decoded_seconds(audio)


@pytest.mark.parametrize("form", ["pcm", "wav", "mp3", "opus", "aac", "flac"])
async def test_death_of_a_worker_is_the_error_of_one_job_at_most(pool, form):
    args = speech_job(SENTENCE * 12, format=form)
    whole = await synthesized(pool, args)
    streams = [Stream(pool, args) for _ in range(3)]
    for stream in streams:
        await stream.begun.wait()
    os.kill(pool.process_ids[0], signal.SIGKILL)
    outcomes = await asyncio.gather(*(stream.task for stream in streams), return_exceptions=True)

    assert sum(isinstance(outcome, PolyphonyError) for outcome in outcomes) <= 1
    seconds = [playing_time(audio, form) for audio in outcomes if isinstance(audio, bytes)]
    assert seconds == pytest.approx([playing_time(whole, form)] * len(seconds), abs=0.03)


async def test_reader_who_takes_nothing_is_told_so_and_holds_no_room(synthesiser):
    pool = Pool(1, jobs_per_process=1, reader_timeout=0.2)
    try:
        async with aclosing(pool.run("synthesize", LONG)) as messages:
            await first_sound(messages)
            assert await synthesized_size(pool, speech_job()) > 100_000
            with pytest.raises(Interrupted, match="Nothing was read") as ended:
                async for _ in messages:
                    pass
        assert ended.value.provider_code == "reader_stalled"
        assert pool.open_jobs == 0
    finally:
        pool.close()


async def test_file_that_kills_its_worker_cuts_no_stream(synthesiser, tmp_path: Path):
    path = tmp_path / "flood.pdf"
    path.write_bytes(flooding_pdf())
    speech = shared_pool("synthesize")
    streams = [Stream(speech, speech_job(SENTENCE * 8, format="mp3")) for _ in range(10)]
    for stream in streams:
        await stream.begun.wait()
    workers = speech.process_ids
    fatal = [client.draw_page(path, tmp_path / "page.png") for _ in range(3)]
    errors = await asyncio.gather(*fatal, return_exceptions=True)
    seconds = [decoded_seconds(await stream.task) for stream in streams]

    assert [type(error) for error in errors] == [UpstreamInvalid] * 3
    assert "memory" in str(errors[0])
    assert seconds == pytest.approx([seconds[0]] * 10, abs=0.03)
    assert speech.process_ids == workers
    assert path.stat().st_size < 10_000
