"""An installation that is proved: its folder, database, provider, callers and everything that was noted."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import outcome, surroundings
from tests.fakes.provider import Provider
from tests.fakes.tcp_proxy import TcpProxy
from tests.proof import billing, callers
from tests.proof.billing import Billing
from tests.proof.callers import Answer, Call, Caller
from tests.proof.database import PostgreSQL, SQLite
from tests.proof.servers import ROOT, Group, serve

FINAL_SECONDS = 120.0
SETTLE_SECONDS = 5.0
LOG_LINES = 80


@dataclass(frozen=True, slots=True)
class Race:
    """Callers at once against a budget for `allowed` calls: what reached the provider, what was refused.

    `statuses` are all that were answered, for the message.
    """

    processes: int
    callers: int
    allowed: int
    reached: int
    answered: int
    refused: int
    statuses: str


@dataclass
class Notes:
    """What the phases saw that is not in the database: each list is one invariant's."""

    answers: list[Answer] = field(default_factory=list)
    final_seconds: list[float] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)
    offsets: int = 0
    races: list[Race] = field(default_factory=list)
    excesses: list[dict[str, Any]] = field(default_factory=list)
    outages: list[dict[str, Any]] = field(default_factory=list)
    disks: list[dict[str, Any]] = field(default_factory=list)
    redis: list[dict[str, Any]] = field(default_factory=list)
    replays: list[dict[str, Any]] = field(default_factory=list)
    double_sweeps: int = 0
    open_sums: list[tuple[int, int]] = field(default_factory=list)


class Stage:
    """One installation on one database: the program's files are on `disk`, the proof's own beside it.

    `whole` says whether there is time for everything.
    """

    def __init__(
        self,
        folder: Path,
        database: SQLite | PostgreSQL,
        redis_url: str,
        whole: bool,
        proxies: tuple[TcpProxy | None, TcpProxy | None] = (None, None),
    ) -> None:
        self.folder, self.database, self.whole = folder, database, whole
        self.disk = folder / "disk"
        self.database_proxy, self.redis_proxy = proxies
        self.notes = Notes()
        self.billing = Billing(database)
        self.provider = Provider(self.billing.named, folder / "bills.jsonl")
        self.provider.bill_file.touch()
        self.environment = surroundings(
            str(self.disk),
            DATABASE_URL=database.url,
            REDIS_URL=redis_url,
            DRAIN_SECONDS="10",
            LOG_LEVEL="ERROR",
        )
        self.environment.pop("PROOF_POINT", None)
        self.callers: list[Caller] = []

    @contextmanager
    def opened(self) -> Iterator[Stage]:
        """The provider runs and the tables are filled."""
        with self.provider:
            self.furnish(8000 if self.whole else 2400)
            yield self

    def furnish(self, number: int) -> None:
        origin = self.provider.url.removesuffix("/v1")
        code = f"from tests.proof.furniture import main; main({origin!r}, {number})"
        made = self.shell(code)
        self.callers = [Caller(**row) for row in made]
        self.keys = [caller.key for caller in self.callers]
        self._own = iter([caller for caller in self.callers if caller.budget and not caller.team])
        self._team = iter([caller for caller in self.callers if caller.team])
        self._free = iter([caller for caller in self.callers if not caller.budget and not caller.limited])
        self._limited = iter([caller for caller in self.callers if caller.limited])
        self.database.watch_budgets()

    def shell(self, code: str) -> Any:
        """What the program's shell prints as its last line."""
        return outcome("manage.py", "shell", "--no-imports", "--command", code, environment=self.environment)

    def take(self, number: int, kind: str = "team") -> list[Caller]:
        """Callers that nobody has taken yet: with a team's budget too, with their `own` alone, `free` of any,
        `limited` in their rate."""
        kinds = {"team": self._team, "own": self._own, "free": self._free, "limited": self._limited}
        found = list(islice(kinds[kind], number))
        if len(found) < number:
            raise RuntimeError(f"there are too few callers of the kind {kind}")
        return found

    @contextmanager
    def servers(
        self, kind: str, number: int = 1, points: Sequence[str] = (), count: int = 0
    ) -> Iterator[Group]:
        """Processes of one kind; the first of them kill themselves, each at one of `points`."""
        environments = [dict(self.environment) for _ in range(number)]
        for environment, point in zip(environments, points, strict=False):
            environment |= {"PROOF_POINT": point, "PROOF_COUNT": str(count)}
        with serve(kind, environments, self.folder / "servers.log") as group:
            yield group

    def ask(self, calls: Iterable[Call], at_once: int = 1000) -> list[Answer]:
        answers = callers.ask(calls, at_once)
        self.notes.answers += answers
        return answers

    def bills(self) -> list[billing.Bill]:
        return billing.bills(self.provider.bills)

    def open_records(self) -> int:
        return int(self.database.rows("SELECT count(*) FROM core_usagerecord WHERE state = 'open'")[0][0])

    def note_open_sums(self) -> None:
        """What the budgets have reserved, and what open records have reserved in them, at one moment."""
        reserved, estimates = self.database.rows(
            "SELECT (SELECT sum(reserved) FROM core_budget), (SELECT coalesce(sum(estimate * "
            f"{self.budgets_of_record}), 0) FROM core_usagerecord WHERE state = 'open')"
        )[0]
        self.notes.open_sums.append((int(reserved), int(estimates)))

    @property
    def budgets_of_record(self) -> str:
        count = "jsonb_array_length(budgets::jsonb)" if self.database.vendor == "PostgreSQL" else ""
        return count or "json_array_length(budgets)"

    def quiesce(self, sweep: bool = True) -> float:
        """Wait until no record is open; with `sweep` its command is run where the servers take long.

        Seconds that it took.
        """
        began = time.monotonic()
        patience = SETTLE_SECONDS if sweep else FINAL_SECONDS
        while self.open_records() and time.monotonic() - began < FINAL_SECONDS:
            time.sleep(0.1)
            if time.monotonic() - began > patience:
                self.sweep()
                patience = FINAL_SECONDS
        seconds = time.monotonic() - began
        self.notes.final_seconds.append(seconds)
        return seconds

    def sweep(self, times: int = 1) -> None:
        """Run the sweep's command, so many at once."""
        command = [sys.executable, "manage.py", "sweep_ledger"]
        running = [
            subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL)
            for _ in range(times)
        ]
        for process in running:
            process.wait(60)

    def report(self) -> dict[str, Any]:
        """Sums of the program's own reports."""
        code = (
            "import json; from core.ledger import reports; total = reports.usage_report(); "
            "days = reports.daily(); "
            "print(json.dumps({'records': total['records'], 'cost': str(total['cost']), "
            "'daily_records': sum(d['records'] for d in days), "
            "'daily_cost': str(sum(d['cost'] or 0 for d in days)), 'days': len(days)}))"
        )
        return dict(self.shell(code))

    def print_log(self) -> None:
        """The end of what the servers logged, which is deleted with the folder."""
        log = self.folder / "servers.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        lines = [line for line in text.splitlines() if not line.startswith(("  ", "Traceback"))]
        print(f"\nthe servers' log, {len(lines)} lines, its end:", *lines[-LOG_LINES:], sep="\n", flush=True)
