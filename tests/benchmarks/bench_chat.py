"""Chat in one piece through the API, ours by a bare relay on the same server, with the ledger on SQLite.

At 32 callers requests a second at least 0.15 of the relay's on uvicorn and 0.3 on Daphne, every request with
its record and every bill with its attempt.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bench_api import RATIO, check, crowd
from tests.benchmarks.callers import call
from tests.benchmarks.installation import CHAT, furnished
from tests.benchmarks.processes import introduce, outcome, running, surroundings
from tests.benchmarks.server import SERVERS, serving
from tests.benchmarks.verdict import Verdict

BODY = {"model": CHAT, "messages": [{"role": "user", "content": "A question of fair length. " * 4}]}


def main() -> None:
    introduce("uvicorn", "daphne", "starlette", "aiohttp", "orjson")
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
                bare = partial(ask, server.facts["port"], "/bare")
                ours = partial(ask, server.facts["port"], "/api/v1/chat/completions", key=key)
                asked = crowd(server, bare, ours, RATIO[name], verdict)
        report = outcome("manage.py", "usage_report", "--json", environment=environment)
        check(asked, len(bills.read_text().splitlines()), report, verdict)


if __name__ == "__main__":
    main()
