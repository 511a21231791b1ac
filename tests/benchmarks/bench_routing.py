"""What routing costs: its share of a request's CPU, and an answer from the cache beside a bare relay.

Speech on uvicorn with the exact ledger on SQLite, 32 callers, rounds alternate and medians count. Routing is
what choosing an endpoint, watching an attempt and passing its events on takes, timed in this process with a
provider that costs nothing: less than 10 % of the CPU that the server spends on the same request. A hit asks
no provider, but has its usage record: at least an eighth of the relay's requests a second (0.16 to 0.19 were
seen on two cores), and no fewer than those that are made, up to a tenth. Afterwards each hit has a record,
and the provider billed no more than was made.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.contract.audio import AudioFormat
from core.contract.events import AudioChunk, AudioStart, Event, Used
from core.contract.requests import Request
from core.contract.route import Route, Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Usage
from core.routing.health import Health
from core.routing.run import run
from tests.benchmarks.callers import call
from tests.benchmarks.installation import MODEL, furnished
from tests.benchmarks.processes import Running, introduce, outcome, running, surroundings
from tests.benchmarks.server import serving
from tests.benchmarks.verdict import Verdict
from tests.core.routing.attempt_log import MemoryAttemptLog

CALLERS, ROUNDS, SECONDS = 32, 5, 2.0
BODY = {"model": MODEL, "input": "A sentence of fair length, said once. " * 4}
CACHED = {**BODY, "cache": {"type": "exact_match", "ttl": 3600}}
OF_THE_RELAY, OF_THE_MADE, SHARE = 0.125, 0.9, 10.0
TIMES = 3000
EVENTS = (AudioStart(AudioFormat.MP3, 24_000), *[AudioChunk(bytes(1024))] * 4, Used(Usage()))


class Rounds:
    """Requests a second and milliseconds of the server's CPU for each, round by round."""

    def __init__(self, ask: Callable[..., dict]) -> None:
        self.ask = ask
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.answers = 0

    def add(self, server: Running, seconds: float = SECONDS) -> None:
        before = server.cpu()
        told = self.ask(callers=CALLERS, seconds=seconds)
        assert not told["failures"], f"{told['failures']} requests failed"
        count = len(told["whole"])
        self.answers += count
        self.rates.append(count / told["seconds"])
        self.costs.append((server.cpu() - before) / count * 1e3)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)


def main() -> None:
    introduce("uvicorn", "starlette", "aiohttp", "django")
    verdict = Verdict()
    routing = asyncio.run(routing_cost())
    with tempfile.TemporaryDirectory() as folder:
        environment, bills = surroundings(folder), Path(folder) / "bills"
        provider = ("-m", "tests.benchmarks.upstream", "--bills", str(bills))
        with running(*provider, environment=environment) as upstream:
            origin = environment["BENCH_UPSTREAM"] = f"http://127.0.0.1:{upstream.facts['port']}"
            key = furnished(origin, environment)["key"]
            with serving("uvicorn", environment) as server:
                ask = partial(call, server.facts["port"], environment=environment)
                kinds = measured(server, partial(ask, key=key), partial(ask, "/bare", BODY))
        report = outcome("manage.py", "usage_report", "--json", environment=environment)
        judge(kinds, routing, verdict)
        check(kinds, len(bills.read_text().splitlines()), report, verdict)
    verdict.end()


def measured(server: Running, ours: Callable[..., dict], bare: Callable[..., dict]) -> dict[str, Rounds]:
    """The rounds of the bare relay, of answers that are made, and of those from the cache."""
    path = "/api/v1/audio/speech"
    kinds = {
        "bare": Rounds(bare),
        "made": Rounds(partial(ours, path, BODY)),
        "cached": Rounds(partial(ours, path, CACHED)),
    }
    for rounds in kinds.values():
        rounds.add(server, 1.0)
        rounds.rates.clear()
        rounds.costs.clear()
    for _ in range(ROUNDS):
        for rounds in kinds.values():
            rounds.add(server)
    return kinds


def judge(kinds: dict[str, Rounds], routing: float, verdict: Verdict) -> None:
    for kind, rounds in kinds.items():
        print(f"  {kind}: {rounds.rate:.0f} requests/s, {rounds.cost:.3f} ms of CPU per request")
    bare, made, cached = kinds["bare"], kinds["made"], kinds["cached"]
    verdict.note("routing of one request", routing, " ms of CPU")
    verdict.at_most("routing of a request's CPU", routing / made.cost * 100, SHARE, " %")
    verdict.at_least("hits/s of the relay's requests/s", cached.rate / bare.rate, OF_THE_RELAY)
    verdict.at_least("hits/s of the answers/s that are made", cached.rate / made.rate, OF_THE_MADE)


def check(kinds: dict[str, Rounds], billed: int, report: dict, verdict: Verdict) -> None:
    """Compare the books with what was asked and what the provider charged: only the first of the hits may
    have been made, once for each caller."""
    asked = kinds["made"].answers + kinds["cached"].answers
    records, attempts, states = report["records"], report["attempts"], report["by_state"]
    print(f"  {asked} asked, {records} records, {attempts} attempts, {billed} billed, by state {states}")
    verdict.holds("each request has its record", true=asked == records)
    verdict.holds("each bill has its attempt", true=billed == attempts)
    verdict.holds("hits are not billed", true=billed <= kinds["made"].answers + CALLERS)
    verdict.holds("nothing is open", true=states["settled"] == records)


async def provider(target: Target, request: Request) -> AsyncGenerator[Event, None]:
    """A provider that costs nothing."""
    for event in EVENTS:
        yield event


async def routing_cost() -> float:
    """Milliseconds of CPU that routing adds to a provider's events."""
    target = Target(1, "bench", "Bench", "openai", "http://127.0.0.1:9", "voice")
    route, request, health = Route(MODEL, (target,)), SpeechRequest(MODEL, BODY["input"]), Health()
    routed = [
        await timed(lambda: run(route, request, MemoryAttemptLog(), health, provider)) for _ in range(3)
    ]
    plain = [await timed(lambda: provider(target, request)) for _ in range(3)]
    return min(routed) - min(plain)


async def timed(source: Callable[[], AsyncGenerator[Event, None]]) -> float:
    """Milliseconds of CPU for all events of one answer."""
    begin = time.process_time()
    for _ in range(TIMES):
        async with aclosing(source()) as events:
            async for _ in events:
                pass
    return (time.process_time() - begin) / TIMES * 1e3


if __name__ == "__main__":
    main()
