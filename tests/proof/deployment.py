"""Server processes over one database, for proofs that one process cannot give."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from tests.benchmarks.processes import outcome, surroundings
from tests.benchmarks.server import serving
from tests.fakes.services import POSTGRESQL, REDIS, address, require

MODEL = "lab/talker"


@dataclass
class Deployment:
    """The API of each process; `payers` are keys and the ids of their budgets, `rows` asks the database."""

    apis: list[str]
    payers: list[tuple[str, int]]
    rows: Callable[[str], list[tuple[Any, ...]]]
    taken: Iterator[tuple[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.taken = iter(self.payers)

    def payer(self) -> tuple[str, Callable[[], tuple[Decimal, Decimal]]]:
        """The next one: its key, and a function for what was spent and the limit."""
        from core.models.money import from_steps  # noqa: PLC0415 - the registry is not ready at import time

        key, budget = next(self.taken)

        def sums() -> tuple[Decimal, Decimal]:
            query = f'SELECT spent, reserved, "limit" FROM core_budget WHERE id = {budget}'
            ((spent, reserved, limit),) = self.rows(query)
            assert reserved == 0
            return from_steps(spent), from_steps(limit)

        return key, sums


@contextmanager
def deployed(
    database: str, processes: int, folder: str, provider: str, payers: int, limit: Decimal
) -> Iterator[Deployment]:
    """So many processes over `sqlite` or `postgresql` (with Redis); the model's provider is at `provider`."""
    with ExitStack() as stack:
        more, rows = DATABASES[database](stack, folder)
        environment = surroundings(folder, **more)
        arguments = f"{provider!r}, {payers}, {str(limit)!r}"
        code = f"from tests.proof.deployment import furnish; furnish({arguments})"
        facts = outcome("manage.py", "shell", "--no-imports", "--command", code, environment=environment)
        servers = [stack.enter_context(serving("uvicorn", environment)) for _ in range(processes)]
        apis = [f"http://127.0.0.1:{each.facts['port']}/api/v1" for each in servers]
        yield Deployment(apis, [tuple(payer) for payer in facts["payers"]], rows)


def on_sqlite(_stack: ExitStack, folder: str) -> tuple[dict[str, str], Any]:
    path = f"{folder}/polyphony.sqlite3"

    def rows(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(query).fetchall()

    return {"DATABASE_URL": f"sqlite:///{path}"}, rows


def on_postgresql(stack: ExitStack, _folder: str) -> tuple[dict[str, str], Any]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    url = POSTGRESQL if POSTGRESQL.startswith("postgres") else "postgres://postgres@127.0.0.1:5432/postgres"
    require("PostgreSQL", *address(url, 5432))
    require("Redis", *address(REDIS, 6379))
    from tests.fakes.scratch_databases import scratch_database  # noqa: PLC0415 - psycopg is an optional extra

    own = stack.enter_context(scratch_database(url, "overspend"))

    def rows(query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(own) as connection:
            return connection.execute(query).fetchall()

    return {"DATABASE_URL": own, "REDIS_URL": REDIS}, rows


DATABASES = {"sqlite": on_sqlite, "postgresql": on_postgresql}


def furnish(provider: str, payers: int, limit: str) -> None:
    """The rows of the installation; run inside the program's shell."""
    from django.core.management import call_command  # noqa: PLC0415 - as above

    from core.access import keys  # noqa: PLC0415 - as above
    from core.models import Budget, Price, User  # noqa: PLC0415 - as above
    from tests.core.api.chat_helpers import make_chat_model  # noqa: PLC0415 - as above
    from tests.core.api.conftest import make_provider  # noqa: PLC0415 - as above
    from tests.proof.overspend import PER_TOKEN  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    make_chat_model(make_provider("lab", provider), upstream="dear", slug=MODEL)
    Price.objects.update(usd_per_unit=PER_TOKEN)
    made = []
    for number in range(payers):
        user = User.objects.create_user(f"payer{number}")
        budget = Budget.objects.create(user=user, limit=Decimal(limit))
        made.append((keys.issue(user)[0], budget.pk))
    print(json.dumps({"payers": made}))
