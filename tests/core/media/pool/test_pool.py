from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import aclosing

import pytest

from core.contract.errors import Interrupted, UpstreamInvalid, UpstreamTimeout
from core.media.pool.pool import Pool
from core.media.pool.shared import close_shared_pools, shared_pool
from tests.fakes.workers import SENTENCE, speech_job, synthesized_size

LONG = speech_job(SENTENCE * 400, format="mp3")


async def first_sound(messages) -> bytes:
    async for message in messages:
        if isinstance(message, bytes):
            return message
    raise AssertionError("no sound at all")


async def until(condition: Callable[[], object]) -> None:
    """Look again and again: what is waited for happens in threads and processes."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def gone(number: int) -> None:
    """Wait until a process is no more."""

    def ended() -> bool:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        return False

    await until(ended)


@pytest.mark.anyio
async def test_cancel_in_mid_job_leaves_the_worker_healthy(pool):
    await synthesized_size(pool, speech_job())
    workers = pool.process_ids

    for form in ("pcm", "mp3", "opus", "aac", "flac", "wav"):
        async with aclosing(pool.run("synthesize", {**LONG, "format": form})) as messages:
            await first_sound(messages)
        assert await synthesized_size(pool, speech_job()) > 100_000

    assert pool.process_ids == workers


@pytest.mark.anyio
async def test_cancelled_task_ends_its_job(pool):
    task = asyncio.create_task(synthesized_size(pool, LONG))
    await until(lambda: pool.process_ids)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await synthesized_size(pool, speech_job()) > 100_000
    assert pool.open_jobs == 0


@pytest.mark.anyio
async def test_killed_worker_fails_its_job_and_the_next_one_works(pool):
    async with aclosing(pool.run("synthesize", LONG)) as messages:
        await first_sound(messages)
        [worker] = pool.process_ids
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(UpstreamInvalid, match="stopped unexpectedly"):
            async for _ in messages:
                pass

    assert await synthesized_size(pool, speech_job()) > 100_000
    assert pool.process_ids != [worker]


@pytest.mark.anyio
async def test_worker_killed_between_jobs_is_replaced(pool):
    await synthesized_size(pool, speech_job())
    [worker] = pool.process_ids
    os.kill(worker, signal.SIGKILL)
    await gone(worker)

    assert await synthesized_size(pool, speech_job()) > 100_000


@pytest.mark.anyio
async def test_worker_leaves_when_it_is_idle_and_comes_back(synthesiser):
    pool = Pool(1, idle_timeout=0.3)
    try:
        await synthesized_size(pool, speech_job())
        [worker] = pool.process_ids
        await asyncio.sleep(0.1)
        await synthesized_size(pool, speech_job())
        assert pool.process_ids == [worker]
        await gone(worker)

        assert await synthesized_size(pool, speech_job()) > 100_000
        assert pool.process_ids != [worker]
    finally:
        pool.close()


@pytest.mark.anyio
async def test_worker_with_a_parked_job_is_not_idle(synthesiser):
    pool = Pool(1, idle_timeout=0.1)
    try:
        async with aclosing(pool.run("synthesize", LONG)) as messages:
            await first_sound(messages)
            [worker] = pool.process_ids
            await until(lambda: pool.parked_jobs)
            await asyncio.sleep(0.5)
            assert pool.process_ids == [worker]
            size = 0
            async for message in messages:
                size += len(message) if isinstance(message, bytes) else 0
                if size > 1_000_000:  # four times what is made before a job is parked
                    break
        assert size > 1_000_000
    finally:
        pool.close()


@pytest.mark.anyio
async def test_job_that_had_not_started_survives_the_crash(pool):
    async with aclosing(pool.run("synthesize", LONG)) as messages:
        await first_sound(messages)
        [worker] = pool.process_ids
        os.kill(worker, signal.SIGSTOP)
        waiting = asyncio.create_task(synthesized_size(pool, speech_job()))
        await asyncio.sleep(0.05)
        os.kill(worker, signal.SIGKILL)

        assert await waiting > 100_000


@pytest.mark.anyio
async def test_worker_that_hangs_is_killed_at_the_time_out(synthesiser):
    pool = Pool(1, step_timeout=3.0)
    try:
        async with aclosing(pool.run("synthesize", LONG)) as messages:
            await first_sound(messages)
            [worker] = pool.process_ids
            os.kill(worker, signal.SIGSTOP)
            with pytest.raises(UpstreamTimeout):
                async for _ in messages:
                    pass
        await gone(worker)
        assert await synthesized_size(pool, speech_job()) > 100_000
    finally:
        pool.close()


@pytest.mark.anyio
async def test_cancelled_job_of_a_hanging_worker_kills_it(pool):
    async with aclosing(pool.run("synthesize", LONG)) as messages:
        await first_sound(messages)
        [worker] = pool.process_ids
        os.kill(worker, signal.SIGSTOP)

    await gone(worker)
    assert await synthesized_size(pool, speech_job()) > 100_000


@pytest.mark.anyio
async def test_twenty_jobs_at_once_all_finish(synthesiser):
    pool = Pool(2)
    try:
        sizes = await asyncio.gather(
            *(synthesized_size(pool, speech_job(SENTENCE * 4, format="mp3")) for _ in range(20))
        )
    finally:
        pool.close()

    assert len(sizes) == 20
    assert min(sizes) > 80_000


@pytest.mark.anyio
async def test_short_job_overtakes_a_long_one(pool):
    order: list[str] = []

    async def note(name: str, args: dict[str, object]) -> None:
        await synthesized_size(pool, args)
        order.append(name)

    long = asyncio.create_task(note("long", speech_job(SENTENCE * 60, format="mp3")))
    await until(lambda: pool.open_jobs)
    await asyncio.gather(long, *(note("short", speech_job(format="mp3")) for _ in range(5)))

    assert order == ["short"] * 5 + ["long"]


@pytest.mark.anyio
async def test_slow_reader_holds_neither_worker_nor_memory(pool):
    async with aclosing(pool.run("synthesize", speech_job(SENTENCE * 400))) as messages:
        await first_sound(messages)
        assert await synthesized_size(pool, speech_job(SENTENCE * 40)) > 5_000_000

        await until(lambda: pool.parked_jobs)
        size = 0
        async for message in messages:
            size += len(message) if isinstance(message, bytes) else 0

    assert size > 50_000_000


@pytest.mark.anyio
async def test_process_is_recycled_after_its_jobs(synthesiser):
    pool = Pool(1, recycle=2)
    try:
        seen = []
        for _ in range(5):
            await synthesized_size(pool, speech_job())
            seen.append(pool.process_ids[-1])
        for number in set(seen[:-1]) - {seen[-1]}:
            await gone(number)
    finally:
        pool.close()

    assert seen[0] == seen[1] != seen[2] == seen[3] != seen[4]


@pytest.mark.anyio
async def test_retiring_process_finishes_what_it_began(synthesiser):
    pool = Pool(1, recycle=1)
    try:
        sizes = await asyncio.gather(
            *(synthesized_size(pool, speech_job(SENTENCE * 8, format="opus")) for _ in range(4))
        )
        assert min(sizes) > 80_000
        assert pool.open_jobs == 0
    finally:
        pool.close()


@pytest.mark.anyio
async def test_jobs_beyond_the_limit_wait_for_their_turn(synthesiser):
    pool = Pool(1, jobs_per_process=2)

    sizes = await asyncio.gather(*(synthesized_size(pool, speech_job()) for _ in range(7)))

    assert min(sizes) > 100_000
    assert pool.open_jobs == 0


@pytest.mark.anyio
async def test_close_interrupts_what_is_open(synthesiser):
    pool = Pool(1)
    async with aclosing(pool.run("synthesize", LONG)) as messages:
        await first_sound(messages)
        workers = pool.process_ids
        await asyncio.to_thread(pool.close)
        with pytest.raises(Interrupted):
            async for _ in messages:
                pass

    assert pool.process_ids == []
    for number in workers:
        await gone(number)
    with pytest.raises(Interrupted):
        await synthesized_size(pool, speech_job())


def test_pool_serves_several_event_loops_at_once(pool):
    sizes: list[int] = []

    def speak_in_own_loop() -> None:
        sizes.append(asyncio.run(synthesized_size(pool, speech_job(SENTENCE * 5))))

    threads = [threading.Thread(target=speak_in_own_loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sizes) == 4
    assert min(sizes) > 500_000


def test_loop_that_vanishes_in_mid_job_does_no_harm(pool):
    loop = asyncio.new_event_loop()
    messages = pool.run("synthesize", LONG)
    loop.run_until_complete(messages.__anext__())
    loop.run_until_complete(messages.aclose())
    loop.close()

    assert asyncio.run(synthesized_size(pool, speech_job())) > 100_000


def test_shared_pool_is_made_anew_after_it_was_closed(synthesiser):
    first = shared_pool("probe")
    assert shared_pool("inspect.pdf") is first is not shared_pool("synthesize")
    close_shared_pools()

    assert shared_pool("probe") is not first
