"""Speech through the API, ours by a bare relay on the same server, with the exact ledger on SQLite.

At 32 callers: requests a second at least 0.15 of the relay's on uvicorn and 0.3 on Daphne, the slowest of a
thousand within 20 times the median. For one caller alone it is printed how much later than from the provider
the first byte comes. Rounds alternate and medians count. Afterwards every request has its record, every line
of the provider's bills its attempt, and nothing is open or reserved. CPU is the server's own.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.callers import call
from tests.benchmarks.installation import MODEL, furnished
from tests.benchmarks.processes import Facts, Running, introduce, outcome, running, surroundings
from tests.benchmarks.server import SERVERS, serving
from tests.benchmarks.verdict import Verdict

CALLERS, ROUNDS, SECONDS = 32, 5, 2.0
BODY = {"model": MODEL, "input": "A sentence of fair length, said once. " * 4}
RATIO = {"uvicorn": 0.15, "daphne": 0.3}
SLOWEST = 20.0

Asking = Callable[..., Facts]


@dataclass
class Rounds:
    """What the rounds of one kind came to."""

    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    answers: int = 0

    def add(self, told: Facts, cpu: float) -> None:
        assert not told["failures"], f"{told['failures']} requests failed"
        count = len(told["whole"])
        self.answers += count
        self.rates.append(count / told["seconds"])
        self.costs.append(cpu / count * 1e3)
        self.whole += told["whole"]

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        return statistics.median(self.costs)


def main() -> None:
    introduce("uvicorn", "daphne", "starlette", "aiohttp", "django")
    verdict = Verdict()
    for name in SERVERS:
        measure(name, verdict)
    verdict.end()


def measure(name: str, verdict: Verdict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment, bills = surroundings(folder), Path(folder) / "bills"
        provider = ("-m", "tests.benchmarks.upstream", "--bills", str(bills))
        with running(*provider, environment=environment) as upstream:
            origin = environment["BENCH_UPSTREAM"] = f"http://127.0.0.1:{upstream.facts['port']}"
            key = furnished(origin, environment)["key"]
            print(f"{name}:")
            with serving(name, environment) as server:
                ask = partial(call, body=BODY, environment=environment)
                direct = partial(ask, upstream.facts["port"], "/")
                bare = partial(ask, server.facts["port"], "/bare")
                ours = partial(ask, server.facts["port"], "/api/v1/audio/speech", key=key)
                asked = crowd(server, bare, ours, RATIO[name], verdict)
                asked += alone(direct, bare, ours, verdict)
        report = outcome("manage.py", "usage_report", "--json", environment=environment)
        check(asked, len(bills.read_text().splitlines()), report, verdict)


def crowd(server: Running, bare: Asking, ours: Asking, ratio: float, verdict: Verdict) -> int:
    """Judge throughput and tail at 32 callers; how many answers ours gave."""
    kinds = {"bare": (bare, Rounds()), "ours": (ours, Rounds())}
    bare(seconds=1.0)
    warm = ours(seconds=1.0)
    verdict.holds("the first requests of the process are answered", true=not warm["failures"])
    for _ in range(ROUNDS):
        for ask, rounds in kinds.values():
            before = server.cpu()
            rounds.add(ask(callers=CALLERS, seconds=SECONDS), server.cpu() - before)
    for kind, (_, rounds) in kinds.items():
        print(f"  {kind}: {rounds.rate:.0f} requests/s, {rounds.cost:.3f} ms of CPU per request")
    relay, mine = kinds["bare"][1], kinds["ours"][1]
    print(f"  of the relay's CPU per request: {relay.cost / mine.cost:.2f}")
    verdict.at_least("requests/s of the relay's", mine.rate / relay.rate, ratio)
    verdict.at_most("p99.9 in medians", tail(mine.whole), SLOWEST, "×")
    return len(warm["whole"]) + mine.answers


def tail(times: list[float]) -> float:
    return statistics.quantiles(times, n=1000)[-1] / statistics.median(times)


def alone(direct: Asking, bare: Asking, ours: Asking, verdict: Verdict) -> int:
    """Judge the time to the first byte without company; how many answers ours gave."""
    firsts: dict[str, list[float]] = {"direct": [], "bare": [], "ours": []}
    for _ in range(ROUNDS):
        for kind, ask in (("direct", direct), ("bare", bare), ("ours", ours)):
            firsts[kind] += ask(callers=1, seconds=SECONDS / 2)["first"]
    provider, relay, mine = (statistics.median(firsts[kind]) * 1e3 for kind in ("direct", "bare", "ours"))
    print(f"  alone, to the first byte: provider {provider:.2f} ms, relay {relay:.2f} ms, ours {mine:.2f} ms")
    verdict.note("added time to the first byte, p50", mine - provider, " ms")
    verdict.note("the same by the relay", relay - provider, " ms")
    return len(firsts["ours"])


def check(asked: int, billed: int, report: Facts, verdict: Verdict) -> None:
    """Compare the books with what was asked and what the provider charged."""
    records, attempts, states = report["records"], report["attempts"], report["by_state"]
    print(f"  {asked} asked, {records} records, {attempts} attempts, {billed} billed, by state {states}")
    verdict.holds("each request has its record", true=asked == records)
    verdict.holds("each bill has its attempt", true=billed == attempts)
    verdict.holds("nothing is open", true=states["settled"] == records)


if __name__ == "__main__":
    main()
