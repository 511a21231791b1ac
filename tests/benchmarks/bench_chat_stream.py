"""Streamed chat through the API, ours by a bare relay on the same server, with the exact ledger on SQLite.

CPU per delta at most 1.8 times the relay's on uvicorn and 2.2 times on Daphne, 50 streams at once; what a
stream costs by itself is taken out: long streams less short ones, each beside the relay's, since a machine
slows down in between. For one listener alone it is printed how much later than from the provider the first
delta comes. Of 200 streams at 20 deltas a second none starves, and the slowest of a hundred deltas comes at
most 150 ms later than from the provider. Rounds alternate and medians count; CPU is the server's own.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.installation import CHAT, furnished
from tests.benchmarks.listeners import listen
from tests.benchmarks.processes import Facts, Running, introduce, running, surroundings
from tests.benchmarks.server import SERVERS, serving
from tests.benchmarks.verdict import Verdict

STREAMS, SHORT, LONG, PERIOD_MS, ROUNDS = 50, 25, 225, 20, 3
AT_MOST = {"uvicorn": 1.8, "daphne": 2.2}
PAIRS = 7
ALONE = 60
MANY, DELTAS, MANY_PERIOD_MS, LATE_MS = 200, 200, 50, 150.0
SETTLED = 0.5

Asking = Callable[..., Facts]


def main() -> None:
    introduce("uvicorn", "daphne", "starlette", "aiohttp", "orjson")
    verdict = Verdict()
    for name in SERVERS:
        measure(name, verdict)
    verdict.end()


def measure(name: str, verdict: Verdict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder)
        with running("-m", "tests.benchmarks.upstream", environment=environment) as upstream:
            origin = environment["BENCH_UPSTREAM"] = f"http://127.0.0.1:{upstream.facts['port']}"
            key = furnished(origin, environment)["key"]
            print(f"{name}:")
            with serving(name, environment) as server:
                ask = partial(listen, environment=environment)
                direct = partial(ask, upstream.facts["port"], "/")
                bare = partial(ask, server.facts["port"], "/bare")
                ours = partial(ask, server.facts["port"], "/api/v1/chat/completions", key=key)
                ours(body(SHORT), streams=STREAMS)
                per_delta(server, bare, ours, AT_MOST[name], verdict)
                alone(direct, bare, ours, verdict)
                crowd(direct, bare, ours, verdict)


def body(deltas: int, period: int = PERIOD_MS) -> Facts:
    words = f"Deltas {deltas} every {period}"
    return {"model": CHAT, "stream": True, "messages": [{"role": "user", "content": words}]}


def per_delta(server: Running, bare: Asking, ours: Asking, most: float, verdict: Verdict) -> None:
    """Judge the CPU of one more delta."""
    pairs = [(cost(server, bare), cost(server, ours)) for _ in range(PAIRS)]
    relay, mine = (statistics.median(costs) for costs in zip(*pairs, strict=True))
    print(f"  relay {relay:.0f} µs of CPU per delta, ours {mine:.0f} µs")
    ratio = statistics.median(mine / relay for relay, mine in pairs)
    verdict.at_most("CPU per delta of the relay's", ratio, most, "×")


def cost(server: Running, ask: Asking) -> float:
    """Microseconds of the server's CPU per delta, all streams at once."""
    spent = []
    for deltas in (SHORT, LONG):
        before = server.cpu()
        told = ask(body(deltas), streams=STREAMS, over=PERIOD_MS / 1000)
        assert told["counts"] == [deltas] * STREAMS, told["counts"]
        time.sleep(SETTLED)
        spent.append(server.cpu() - before)
    return (spent[1] - spent[0]) / (STREAMS * (LONG - SHORT)) * 1e6


def alone(direct: Asking, bare: Asking, ours: Asking, verdict: Verdict) -> None:
    """Judge the time to the first delta without company, one stream after the other."""
    firsts: dict[str, list[float]] = {"direct": [], "bare": [], "ours": []}
    for _ in range(ROUNDS):
        for kind, ask in (("direct", direct), ("bare", bare), ("ours", ours)):
            firsts[kind] += ask(body(1, 1), streams=ALONE, over=ALONE * 0.03)["first"]
    provider, relay, mine = (statistics.median(firsts[kind]) * 1e3 for kind in ("direct", "bare", "ours"))
    print(
        f"  alone, to the first delta: provider {provider:.2f} ms, relay {relay:.2f} ms, ours {mine:.2f} ms"
    )
    verdict.note("added time to the first delta, p50", mine - provider, " ms")
    verdict.note("the same by the relay", relay - provider, " ms")


def crowd(direct: Asking, bare: Asking, ours: Asking, verdict: Verdict) -> None:
    """Judge many streams at the pace of models."""
    slowest: dict[str, float] = {}
    for kind, ask in (("direct", direct), ("bare", bare), ("ours", ours)):
        told = ask(body(DELTAS, MANY_PERIOD_MS), streams=MANY, over=1.0)
        late = sorted(told["late"])
        slowest[kind] = late[int(len(late) * 0.99)] * 1e3
        middle, last = statistics.median(late) * 1e3, late[-1] * 1e3
        print(f"  {MANY} streams, {kind}: p50 {middle:.1f}, p99 {slowest[kind]:.1f}, all {last:.1f} ms late")
        fed = not told["failures"] and set(told["counts"]) == {DELTAS}
        verdict.holds(f"{MANY} streams, {kind}: each has all its deltas", true=fed)
    added = slowest["ours"] - slowest["direct"]
    verdict.at_most(f"{MANY} streams: added to a delta, p99", added, LATE_MS, " ms")


if __name__ == "__main__":
    main()
