"""CPU per delta of a chat through the socket, ours by a bare websocket relay on the same server.

Many streams at once, a delta every 20 ms, rounds alternate; what a stream costs by itself is taken out: long
streams less short ones. At most 1.6 times the relay's without rendering, 3 times with it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from websockets.asyncio.client import connect

from tests.benchmarks.installation import CHAT, furnished
from tests.benchmarks.processes import Facts, Running, introduce, running, surroundings
from tests.benchmarks.server import SERVERS, serving
from tests.benchmarks.verdict import Verdict

STREAMS, SHORT, LONG, PERIOD_MS, ROUNDS = 50, 25, 225, 20, 5
PLAIN, RENDERED = 1.6, 3.0

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
    relay, plain, rendered = (statistics.median(costs[kind]) for kind in ("bare", "plain", "rendered"))
    print(f"{name}: relay {relay:.0f} µs of CPU per delta, ours {plain:.0f}, rendered {rendered:.0f}")
    verdict.at_most("CPU per delta of the relay's", beside(costs, "plain"), PLAIN, "×")
    verdict.at_most("CPU per delta of the relay's, rendered", beside(costs, "rendered"), RENDERED, "×")


def beside(costs: dict[str, list[float]], kind: str) -> float:
    """Of each round by itself, since a machine slows down in between; the middle one counts."""
    return statistics.median(mine / relay for mine, relay in zip(costs[kind], costs["bare"], strict=True))


async def alternate(server: Running, facts: Facts) -> dict[str, list[float]]:
    kinds: dict[str, Listen] = {
        "bare": bare,
        "plain": partial(ours, render=False),
        "rendered": partial(ours, render=True),
    }
    await asyncio.gather(*(listen(facts, 0, SHORT) for listen in kinds.values()))
    costs: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, listen in kinds.items():
            costs[kind].append(await cost(server, facts, listen))
    return costs


async def cost(server: Running, facts: Facts, listen: Listen) -> float:
    """Microseconds of the server's CPU per delta, all streams at once."""
    spent = []
    for deltas in (SHORT, LONG):
        before = server.cpu()
        heard = await asyncio.gather(*(listen(facts, number, deltas) for number in range(STREAMS)))
        assert min(heard) >= deltas, heard
        await asyncio.sleep(0.5)
        spent.append(server.cpu() - before)
    return (spent[1] - spent[0]) / (STREAMS * (LONG - SHORT)) * 1e6


def messages(deltas: int) -> list[Facts]:
    return [{"role": "user", "content": f"Deltas {deltas} every {PERIOD_MS}"}]


async def bare(facts: Facts, number: int, deltas: int) -> int:
    """Listen to the relay; frames heard."""
    body = json.dumps({"model": CHAT, "stream": True, "messages": messages(deltas)})
    address = f"ws://127.0.0.1:{facts['port']}/bare?{quote(body)}"
    async with connect(address, compression=None, proxy=None) as socket:
        return sum([frame.count(b"data: ") async for frame in socket if isinstance(frame, bytes)])


async def ours(facts: Facts, number: int, deltas: int, *, render: bool) -> int:
    """Listen to a run as the browser does; deltas heard."""
    session = facts["sessions"][number % len(facts["sessions"])]
    start = {"type": "run.start", "id": "a", "task": "chat", "model": CHAT, "render": render}
    start |= {"conversation": "new", "params": {"messages": messages(deltas)}}
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
            heard += '"text.delta"' in frame
            if '"run.done"' in frame or '"run.error"' in frame:
                assert '"completed"' in frame, frame
                break
    return heard


if __name__ == "__main__":
    main()
