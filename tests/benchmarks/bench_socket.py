"""CPU per chunk of sound through the socket, ours by a bare websocket relay on the same server.

The provider speaks in real time, a chunk every 20 ms, so that pacing never holds ours back; many streams at
once, rounds alternate. What a stream costs by itself is taken out: long streams less short ones. At most
1.6 times the relay's.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from websockets.asyncio.client import connect

from tests.benchmarks.installation import MODEL, furnished
from tests.benchmarks.processes import Facts, Running, introduce, running, surroundings
from tests.benchmarks.server import SERVERS, serving
from tests.benchmarks.upstream import PIECE
from tests.benchmarks.verdict import Verdict

STREAMS, SHORT, LONG, ROUNDS = 16, 50, 350, 3
AT_MOST = 1.6

Listen = Callable[[Facts, int, int], Awaitable[int]]


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
    relay, mine = (statistics.median(costs[listen]) for listen in (bare, ours))
    print(f"{name}: relay {relay:.0f} µs of CPU per chunk, ours {mine:.0f} µs")
    verdict.at_most("CPU per chunk of the relay's", mine / relay, AT_MOST, "×")


async def alternate(server: Running, facts: Facts) -> dict[Listen, list[float]]:
    costs: dict[Listen, list[float]] = {bare: [], ours: []}
    for _ in range(ROUNDS):
        for listen, found in costs.items():
            found.append(await cost(server, facts, listen))
    return costs


async def cost(server: Running, facts: Facts, listen: Listen) -> float:
    """Microseconds of the server's CPU per chunk, all streams at once."""
    spent = []
    for chunks in (SHORT, LONG):
        before = server.cpu()
        sizes = await asyncio.gather(*(listen(facts, number, chunks) for number in range(STREAMS)))
        assert sizes == [chunks * len(PIECE)] * STREAMS, sizes
        await asyncio.sleep(0.5)
        spent.append(server.cpu() - before)
    return (spent[1] - spent[0]) / (STREAMS * (LONG - SHORT)) * 1e6


async def bare(facts: Facts, number: int, chunks: int) -> int:
    """Listen to the relay; bytes heard."""
    address = f"ws://127.0.0.1:{facts['port']}/bare?{quote(f'Chunks {chunks}')}"
    async with connect(address, compression=None, proxy=None) as socket:
        return sum([len(frame) async for frame in socket])


async def ours(facts: Facts, number: int, chunks: int) -> int:
    """Listen to a run as the browser does; bytes heard."""
    session = facts["sessions"][number % len(facts["sessions"])]
    params = {"input": f"Chunks {chunks}", "response_format": "pcm"}
    start = {"type": "run.start", "id": "a", "task": "speech", "model": MODEL, "params": params}
    heard = 0
    async with connect(
        f"ws://127.0.0.1:{facts['port']}/ws/playground/",
        origin=f"http://127.0.0.1:{facts['port']}",
        additional_headers={"Cookie": f"sessionid={session}"},
        compression=None,
        proxy=None,
    ) as socket:
        await socket.send(json.dumps(start))
        async for frame in socket:
            if isinstance(frame, bytes):
                heard += len(frame) - 8
            elif '"run.done"' in frame or '"run.error"' in frame:
                assert '"completed"' in frame, frame
                break
    return heard


if __name__ == "__main__":
    main()
