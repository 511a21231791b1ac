"""What the ledger costs a request: open (record, attempt, reservation), eight chunks, settle.

Prints the median of a request alone and the CPU of one among 32 callers, the writer's thread included, on
SQLite, and on PostgreSQL where 127.0.0.1:5432 answers. There is no relay to compare with: nothing is judged.
"""

from __future__ import annotations

import socket
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.processes import Facts, introduce, outcome, surroundings
from tests.benchmarks.verdict import Verdict

POSTGRES = "postgres://postgres@127.0.0.1:5432/polyphony_benchmark"


def main() -> None:
    introduce("django", "orjson")
    verdict = Verdict()
    alone, cpu = report(None)
    verdict.note("alone, p50", alone, " ms")
    verdict.note("CPU per request among 32 callers", cpu, " ms")
    if answers():
        report(POSTGRES)
    verdict.end()


def answers() -> bool:
    try:
        socket.create_connection(("127.0.0.1", 5432), timeout=1).close()
    except OSError:
        return False
    return True


def report(url: str | None) -> tuple[float, float]:
    """Measure one database in a process of its own; milliseconds alone and of CPU."""
    code = "from tests.benchmarks.bookkeeping import main; main()"
    with tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder, **({"DATABASE_URL": url} if url else {}))
        told: Facts = outcome(
            "manage.py", "shell", "--no-imports", "--command", code, environment=environment
        )
    print(
        "{database}: alone p50 {alone:.2f} ms; {callers} callers {rate:.0f} requests/s, "
        "{cpu:.3f} ms of CPU per request".format(**told)
    )
    return told["alone"], told["cpu"]


if __name__ == "__main__":
    main()
