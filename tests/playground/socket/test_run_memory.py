"""What long answers cost the memory of a real server, while they come and after they ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect

from tests.benchmarks.installation import CHAT, furnished
from tests.benchmarks.processes import Facts, Running, running, surroundings
from tests.benchmarks.server import serving

RUNS, DELTAS, SIZE = 14, 15_000, 500
"""8 MB of deltas for each run, a little less than what ends it."""
AFTER_MB, PEAK_MB = 100, 450


@pytest.fixture
def served(tmp_path) -> Iterator[tuple[Running, Facts]]:
    environment = surroundings(str(tmp_path))
    with ExitStack() as stack:
        upstream = running("-m", "tests.benchmarks.upstream", environment=environment)
        origin = f"http://127.0.0.1:{stack.enter_context(upstream).facts['port']}"
        furniture = furnished(origin, environment)
        server = stack.enter_context(serving("daphne", environment))
        yield server, furniture | server.facts


def opened(facts: Facts, number: int) -> Any:
    address = f"127.0.0.1:{facts['port']}"
    cookie = {"Cookie": f"sessionid={facts['sessions'][number]}"}
    return connect(
        f"ws://{address}/ws/playground/",
        origin=f"http://{address}",
        additional_headers=cookie,
        compression=None,
        proxy=None,
        max_size=None,
    )


async def chat(facts: Facts, number: int, deltas: int) -> tuple[str, int]:
    """A run of so many deltas: its id, and its frames without what differs from socket to socket."""
    messages = [{"role": "user", "content": f"Deltas {deltas} every 0 of {SIZE}"}]
    start = {"type": "run.start", "id": "a", "task": "chat", "model": CHAT, "conversation": "new"}
    async with opened(facts, number) as socket:
        await socket.send(json.dumps({**start, "params": {"messages": messages}}))
        return await until_the_end(socket)


async def until_the_end(socket: Any) -> tuple[str, int]:
    heard, run = 0, ""
    async for frame in socket:
        heard = hash((heard, frame))
        run = run or orjson.loads(frame)["run"]
        if '"run.done"' in frame or '"run.error"' in frame:
            assert '"completed"' in frame, frame
            return run, heard
    raise AssertionError("the socket closed")


async def resumed(facts: Facts, number: int, run: str) -> int:
    async with opened(facts, number) as socket:
        await socket.send(json.dumps({"type": "run.resume", "id": "a", "run": run, "after": 0}))
        return (await until_the_end(socket))[1]


@pytest.mark.anyio
@pytest.mark.timing
@pytest.mark.timeout(300)
async def test_long_answers_leave_little_in_memory_and_are_resumed(served):
    server, facts = served
    await chat(facts, 0, 100)
    before = server.memory()
    server.forget_peak()
    heard = await asyncio.gather(*(chat(facts, number, DELTAS) for number in range(RUNS)))
    for number, (run, frames) in enumerate(heard):
        assert await resumed(facts, number, run) == frames
    async with asyncio.timeout(60):
        # a row may follow its run's last event
        while server.memory() - before > AFTER_MB:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    assert server.memory("VmHWM") - before < PEAK_MB
