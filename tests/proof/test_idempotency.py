"""Equal requests with one `Idempotency-Key`, all at once at two server processes: one answer, one charge."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.benchmarks.installation import CHAT, MODEL, furnished
from tests.benchmarks.processes import running, surroundings
from tests.benchmarks.server import serving
from tests.fakes.services import POSTGRESQL, REDIS, address, require

PROCESSES, CALLS = 2, 20
SPEAK = {"model": MODEL, "input": "Hello", "voice": "v", "response_format": "mp3"}
ASK = {"model": CHAT, "messages": [{"role": "user", "content": "Hello"}]}
REQUESTS = {
    "speech": ("/audio/speech", SPEAK),
    "chat": ("/chat/completions", ASK),
    "stream": ("/chat/completions", {**ASK, "stream": True}),
}


@dataclass(frozen=True)
class Deployment:
    """The origins of its processes, a key, and a function that asks its database for one row."""

    origins: list[str]
    key: str
    row: Callable[[str], tuple[Any, ...]]


def sqlite(stack: ExitStack, folder: str) -> tuple[dict[str, str], Callable[[str], tuple[Any, ...]]]:
    def row(query: str) -> tuple[Any, ...]:
        with closing(sqlite3.connect(f"{folder}/polyphony.sqlite3")) as rows:
            return rows.execute(query).fetchone()

    return surroundings(folder), row


def postgresql(stack: ExitStack, folder: str) -> tuple[dict[str, str], Callable[[str], tuple[Any, ...]]]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    url = POSTGRESQL if POSTGRESQL.startswith("postgres") else "postgres://postgres@127.0.0.1:5432/postgres"
    require("PostgreSQL", *address(url, 5432))
    require("Redis", *address(REDIS, 6379))
    from tests.fakes.scratch_databases import scratch_database  # noqa: PLC0415 - psycopg is an optional extra

    own = stack.enter_context(scratch_database(url, "proof"))

    def row(query: str) -> tuple[Any, ...]:
        with psycopg.connect(own) as rows:
            return rows.execute(query).fetchone()

    return surroundings(folder, DATABASE_URL=own, REDIS_URL=REDIS), row


@pytest.fixture(scope="module", params=[sqlite, postgresql], ids=["sqlite", "postgresql"])
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with ExitStack() as stack:
        environment, row = request.param(stack, str(tmp_path_factory.mktemp("proof")))
        upstream = stack.enter_context(running("-m", "tests.benchmarks.upstream", environment=environment))
        key = furnished(f"http://127.0.0.1:{upstream.facts['port']}", environment)["key"]
        servers = [stack.enter_context(serving("uvicorn", environment)) for _ in range(PROCESSES)]
        yield Deployment([f"http://127.0.0.1:{each.facts['port']}" for each in servers], key, row)


async def answers(deployment: Deployment, name: str) -> list[httpx.Response]:
    path, body = REQUESTS[name]
    headers = {"Authorization": f"Bearer {deployment.key}", "Idempotency-Key": f"order-{name}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=60) as client:
        await asyncio.gather(*(client.get(f"{origin}/healthz") for origin in deployment.origins))
        calls = [
            client.post(f"{deployment.origins[number % PROCESSES]}/api/v1{path}", json=body)
            for number in range(CALLS)
        ]
        return await asyncio.gather(*calls)


def charges(deployment: Deployment) -> tuple[int, int]:
    """How many requests and how many attempts the ledger has."""
    (records,) = deployment.row("SELECT count(*) FROM core_usagerecord")
    (attempts,) = deployment.row("SELECT count(*) FROM core_attempt")
    return records, attempts


@pytest.mark.anyio
@pytest.mark.parametrize("name", REQUESTS)
async def test_equal_requests_at_two_processes_are_one_charge(deployment, name):
    records, attempts = charges(deployment)
    found = await answers(deployment, name)
    assert [answer.status_code for answer in found] == [200] * CALLS
    assert len({(answer.content, answer.headers["x-generation-id"]) for answer in found}) == 1
    assert [answer.headers.get("idempotent-replayed") for answer in found].count("true") == CALLS - 1
    assert charges(deployment) == (records + 1, attempts + 1)
