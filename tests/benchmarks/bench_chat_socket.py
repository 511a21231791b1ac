"""CPU per delta of a chat through the socket, ours by a bare websocket relay on the same server.

Fifty streams at once, a delta every 20 ms. CPU is counted while all of them flow: what a run costs before and
after, in the database most of all, is no cost of a delta. Rounds alternate, each is judged by itself and the
middle one counts. At most 1.6 times the relay's without rendering, 3 times with it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from websockets.asyncio.client import connect

from tests.benchmarks.installation import CHAT, furnished
from tests.benchmarks.processes import Facts, Running, introduce, running, surroundings
from tests.benchmarks.server import SERVERS, serving
from tests.benchmarks.verdict import Verdict

STREAMS, DELTAS, PERIOD_MS, ROUNDS = 50, 350, 20, 5
BEGUN, FLOWING, SETTLED = 2.0, 4.0, 1.0
"""Seconds: until all streams flow, while they do, and for what ended runs leave to do."""
PLAIN, RENDERED = 1.6, 3.0

Listen = Callable[[Facts, int, "Tally"], Coroutine[Any, Any, None]]


def main() -> None:
    introduce("uvicorn", "daphne", "channels", "aiohttp", "websockets")
    verdict = Verdict()
    for name in SERVERS:
        measure(name, verdict)
    verdict.end()


def measure(name: str, verdict: Verdict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder)
        with running("-m", "tests.benchmarks.upstream", environment=environment) as upstream:
            origin = environment["BENCH_UPSTREAM"] = f"http://127.0.0.1:{upstream.facts['port']}"
            furniture = furnished(origin, environment)
            with serving(name, environment) as server:
                costs = asyncio.run(alternate(server, {**furniture, **server.facts}))
    relay, plain, rendered = (statistics.median(costs[kind]) for kind in ("bare", "plain", "rendered"))
    print(f"{name}: relay {relay:.0f} µs of CPU per delta, ours {plain:.0f}, rendered {rendered:.0f}")
    verdict.at_most("CPU per delta of the relay's", beside(costs, "plain"), PLAIN, "×")
    verdict.at_most("CPU per delta of the relay's, rendered", beside(costs, "rendered"), RENDERED, "×")


def beside(costs: dict[str, list[float]], kind: str) -> float:
    """Of each round by itself, since a machine slows down in between; the middle one counts."""
    return statistics.median(mine / relay for mine, relay in zip(costs[kind], costs["bare"], strict=True))


@dataclass
class Tally:
    """Deltas heard by all listeners of a round."""

    heard: int = 0


async def alternate(server: Running, facts: Facts) -> dict[str, list[float]]:
    kinds: dict[str, Listen] = {
        "bare": bare,
        "plain": partial(ours, render=False),
        "rendered": partial(ours, render=True),
    }
    costs: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, listen in kinds.items():
            costs[kind].append(await cost(server, facts, listen))
    return costs


async def cost(server: Running, facts: Facts, listen: Listen) -> float:
    """Microseconds of the server's CPU per delta while all streams flow."""
    tally = Tally()
    listening = [asyncio.create_task(listen(facts, number, tally)) for number in range(STREAMS)]
    await asyncio.sleep(BEGUN)
    before, heard = server.cpu(), tally.heard
    await asyncio.sleep(FLOWING)
    spent, heard = server.cpu() - before, tally.heard - heard
    await asyncio.gather(*listening)
    assert tally.heard >= DELTAS * STREAMS, tally
    await asyncio.sleep(SETTLED)
    return spent / heard * 1e6


MESSAGES = [{"role": "user", "content": f"Deltas {DELTAS} every {PERIOD_MS}"}]


async def bare(facts: Facts, number: int, tally: Tally) -> None:
    """Listen to the relay."""
    body = json.dumps({"model": CHAT, "stream": True, "messages": MESSAGES})
    address = f"ws://127.0.0.1:{facts['port']}/bare?{quote(body)}"
    async with connect(address, compression=None, proxy=None) as socket:
        async for frame in socket:
            tally.heard += frame.count(b"data: ") if isinstance(frame, bytes) else 0


async def ours(facts: Facts, number: int, tally: Tally, *, render: bool) -> None:
    """Listen to a run as the browser does."""
    session = facts["sessions"][number % len(facts["sessions"])]
    start = {"type": "run.start", "id": "a", "task": "chat", "model": CHAT, "render": render}
    start |= {"conversation": "new", "params": {"messages": MESSAGES}}
    async with connect(
        f"ws://127.0.0.1:{facts['port']}/ws/playground/",
        origin=f"http://127.0.0.1:{facts['port']}",
        additional_headers={"Cookie": f"sessionid={session}"},
        compression=None,
        proxy=None,
    ) as socket:
        await socket.send(json.dumps(start))
        async for frame in socket:
            tally.heard += '"text.delta"' in frame
            if '"run.done"' in frame or '"run.error"' in frame:
                assert '"completed"' in frame, frame
                break


if __name__ == "__main__":
    main()
