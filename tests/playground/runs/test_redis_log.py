"""Run logs in Redis, where it answers: another process follows and stops a run."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from uuid import UUID, uuid4

import pytest

from core import background
from core.contract.errors import NotFound
from core.models.offload import offload
from playground.models import Run
from playground.runs import recovery, redis_log, registry
from tests.fakes.services import REDIS, address, require
from tests.playground import conversation_frames
from tests.playground.conftest import ENDS, TEXT
from tests.playground.socket.test_consumer import LONG, expected, options

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def redis_url() -> str:
    require("Redis", *address(REDIS, 6379))
    return REDIS


@pytest.fixture
async def shared(redis_url, settings, engine):
    settings.REDIS_URL = redis_url
    yield engine
    for live in list(registry.runs.values()):
        live.stop()
    await settled()
    client = redis_log.client()
    for run in [run.id for run in await offload(list, Run.objects.only("id"))]:
        await client.delete(*(redis_log.key(run, what) for what in ("log", "alive", "stop")))
    await redis_log.close()


async def settled() -> None:
    if background.owned_tasks:
        await asyncio.wait(set(background.owned_tasks), timeout=10)


async def move_away(monkeypatch) -> dict:
    """From now on this process is another one, which does not make the runs; Redis has them by then."""
    async with asyncio.timeout(5):
        for run in registry.runs:
            while not await redis_log.exists(run):  # noqa: ASYNC110 - Redis sends no notice
                await asyncio.sleep(0.01)
    mine = registry.runs
    monkeypatch.setattr(registry, "runs", {})
    return mine


async def test_another_process_follows_a_run_byte_for_byte(shared, sign_in, alice, far_ahead, monkeypatch):
    await options(shared, delay=0.02)
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    _, seen, _ = await tab.first_audio()
    before = tab.audio()
    mine = await move_away(monkeypatch)
    other = await sign_in(alice)
    await other.send(type="run.resume", id="b", run=tab.frames[0]["run"], after=seen)
    await other.until(*ENDS)
    await tab.until(*ENDS)
    assert before + other.audio() == tab.audio() == expected(TEXT)
    assert other.numbers() == [1, *range(seen + 1, tab.numbers()[-1] + 1)]
    assert {frame[0] for frame in other.frames if isinstance(frame, tuple)} == {tab.frames[0]["number"]}
    registry.runs.update(mine)


async def test_another_process_stops_a_run(shared, sign_in, alice, monkeypatch):
    await options(shared, delay=0.02)
    tab = await sign_in(alice)
    await tab.start(LONG, response_format="pcm")
    await tab.first_audio()
    mine = await move_away(monkeypatch)
    other = await sign_in(alice)
    await other.send(type="run.resume", id="b", run=tab.frames[0]["run"], after=0)
    await other.first_audio()
    await other.send(type="run.stop", id="b")
    done = await other.until(*ENDS)
    assert done["outcome"] == "stopped"
    registry.runs.update(mine)


async def test_a_finished_run_stays_in_redis_for_a_while(shared, sign_in, alice, far_ahead, monkeypatch):
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    done = await tab.until(*ENDS)
    await settled()
    assert 0 < await redis_log.client().ttl(f"polyphony:run:{done['run']}:log") <= redis_log.EXPIRY_SECONDS
    assert not await redis_log.alive(done["run"])
    await move_away(monkeypatch)
    other = await sign_in(alice)
    await other.send(type="run.resume", id="a", run=done["run"], after=0)
    await other.until(*ENDS)
    assert other.frames == tab.frames


async def test_a_run_whose_log_was_emptied_is_sent_from_its_row(
    shared, sign_in, alice, far_ahead, monkeypatch
):
    monkeypatch.setattr(redis_log, "BLOCK_MS", 20)
    monkeypatch.setattr(redis_log, "TICK", 0.01)
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    done = await tab.until(*ENDS)
    await settled()
    await move_away(monkeypatch)
    log = redis_log.key(done["run"], "log")
    await redis_log.client().xdel(log, f"{done['seq']}-0")  # as if the run were still going on
    seen = []
    async with aclosing(registry.follow(Run(id=UUID(done["run"])), 0)) as batches:
        async for batch in batches:
            seen += batch
            await redis_log.client().delete(log)
    assert [number for number, _ in seen] == list(range(1, done["seq"] + 1))
    assert seen[-1][1]["type"] == "run.done"


async def test_redis_stores_a_bounded_part_of_the_audio(shared, monkeypatch):
    monkeypatch.setattr(redis_log, "MAX_BYTES", 2000)
    run = uuid4()
    copy = redis_log.RedisLog(run, lambda: None)
    working = asyncio.create_task(copy.work())
    for number in range(1, 51):
        copy.add(number, bytes([number]) * 100)
        await asyncio.sleep(0.002)
    copy.add(51, {"type": "run.done"})
    await working
    heard = []
    async with aclosing(redis_log.read(run, 40)) as batches:
        async for batch in batches:
            heard += batch
    assert [number for number, _ in heard] == list(range(41, 52))
    assert await redis_log.client().xlen(redis_log.key(run, "log")) <= 21
    with pytest.raises(NotFound):
        await anext(redis_log.read(run, 0))
    await redis_log.client().delete(redis_log.key(run, "log"))


async def test_a_block_of_html_is_stored_once(shared, monkeypatch):
    run = uuid4()
    copy = redis_log.RedisLog(run, lambda: None)
    work = asyncio.create_task(copy.work())
    for number in range(1, 61):
        block = {"type": "html.block", "index": 0, "state": "open", "html": "x" * number}
        copy.add(number, {"type": "text.delta", "text": "x"} if number % 2 else block)
        if number % 20 == 0:
            await asyncio.sleep(0.1)
    copy.add(61, {"type": "run.done"})
    await work
    heard = []
    async with aclosing(redis_log.read(run, 0)) as batches:
        async for batch in batches:
            heard += batch
    assert [number for number, _ in heard] == [*range(1, 60, 2), 60, 61]
    assert heard[-2][1]["html"] == "x" * 60
    async with aclosing(redis_log.read(run, 41)) as batches:
        assert (await anext(batches))[0][0] == 43
    await redis_log.client().delete(redis_log.key(run, "log"))


async def test_a_chat_is_followed_from_another_process(shared, sign_in, alice, monkeypatch):
    chat_model = await offload(
        conversation_frames.create_model, conversation_frames.CHAT_MODEL, ["text"], ["text"]
    )
    await options(chat_model, delay=0.02)
    tab = await sign_in(alice)
    began = await conversation_frames.begin(tab, LONG, conversation="new", render=True)
    await tab.until("text.delta")
    mine = await move_away(monkeypatch)
    other = await sign_in(alice)
    await other.send(type="run.resume", id="b", run=began["run"], after=0)
    await other.until(*ENDS)
    await tab.until(*ENDS)
    assert conversation_frames.streamed_text(other) == conversation_frames.streamed_text(tab) == LONG
    registry.runs.update(mine)


async def test_a_run_survives_the_loss_of_redis(shared, sign_in, alice, settings, monkeypatch, far_ahead):
    monkeypatch.setattr(redis_log, "FINAL_TRIES", 2)
    monkeypatch.setattr(redis_log, "TICK", 0.01)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_log.clients.clear()
    tab = await sign_in(alice)
    await tab.start(response_format="pcm")
    done = await tab.until(*ENDS)
    assert (done["outcome"], tab.audio()) == ("completed", expected(TEXT))
    await settled()
    registry.runs.clear()
    await tab.send(type="run.resume", id="b", run=done["run"], after=0)
    assert (await tab.until(*ENDS))["outcome"] == "completed"
    settings.REDIS_URL = REDIS
    redis_log.clients.clear()


async def test_recovery_leaves_runs_of_living_processes_alone(shared, alice):
    dead, living = [await offload(Run.objects.create, user=alice, task="speech", model="m") for _ in range(2)]
    await redis_log.client().set(redis_log.key(living.id, "alive"), 1, ex=5)
    assert await recovery.recover({}) == 1
    await offload(dead.refresh_from_db)
    await offload(living.refresh_from_db)
    assert (dead.state, living.state) == ("interrupted", "running")
