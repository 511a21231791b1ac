"""Four server processes over one PostgreSQL and one Redis: shared limits, and a database that goes silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest

from tests.benchmarks.installation import MODEL, furnished
from tests.benchmarks.processes import outcome, running, surroundings
from tests.benchmarks.server import serving
from tests.fakes.services import POSTGRESQL, REDIS, address, require
from tests.fakes.tcp_proxy import TcpProxy, proxy

RATE = 10
LIMITS = (
    "UPDATE core_apikey SET requests_per_minute = %(rate)s WHERE name IN ('two', 'four')",
    "UPDATE core_user SET requests_per_minute = %(rate)s WHERE username = 'user2'",
    "INSERT INTO core_team (name, created_at, requests_per_minute, shared_cache) "
    "VALUES ('Aurora', now(), %(rate)s, false)",
    "UPDATE core_user SET team_id = (SELECT id FROM core_team) WHERE username = 'user3'",
    "UPDATE core_apikey SET parallel_requests = %(rate)s WHERE name = 'crowd'",
)
SPEECH = {"model": MODEL, "input": "Hello", "voice": "v", "response_format": "mp3"}


@dataclass(frozen=True)
class Deployment:
    """The origins of its processes, keys by their requests per minute, and the proxy before its database."""

    origins: list[str]
    keys: dict[str, str]
    database: TcpProxy


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    url = POSTGRESQL if POSTGRESQL.startswith("postgres") else "postgres://postgres@127.0.0.1:5432/postgres"
    place = address(url, 5432)
    require("PostgreSQL", *place)
    require("Redis", *address(REDIS, 6379))
    from tests.fakes.scratch_databases import scratch_database  # noqa: PLC0415 - psycopg is an optional extra

    folder = str(tmp_path_factory.mktemp("proof"))
    with ExitStack() as stack:
        own = stack.enter_context(scratch_database(url, "proof"))
        between = stack.enter_context(proxy(*place))
        login = urlsplit(own).netloc.rpartition("@")[0] or "postgres"
        through = urlsplit(own)._replace(netloc=f"{login}@127.0.0.1:{between.port}").geturl()
        environment = surroundings(
            folder,
            DATABASE_URL=through,
            REDIS_URL=REDIS,
            DATABASE_SECONDS="3",
            REDIS_LIMIT_SECONDS="10",
        )
        upstream = stack.enter_context(running("-m", "tests.benchmarks.upstream", environment=environment))
        keys = {"free": furnished(f"http://127.0.0.1:{upstream.facts['port']}", environment)["key"]}
        people = {"two": "user1", "four": "user1", "person": "user2", "teammate": "user3", "crowd": "user4"}
        for name, person in people.items():
            command = ("manage.py", "create_api_key", "--user", person, "--name", name, "--json")
            keys[name] = outcome(*command, environment=environment)["key"]
        with psycopg.connect(own) as rows:
            for statement in LIMITS:
                rows.execute(statement, {"rate": RATE})
        servers = [stack.enter_context(serving("uvicorn", environment)) for _ in range(4)]
        yield Deployment([f"http://127.0.0.1:{each.facts['port']}" for each in servers], keys, between)
        between.speak()


async def statuses(
    deployment: Deployment, key: str, processes: int, each: int, text: str = "Hello"
) -> list[int]:
    """What the calls of one key are answered, all at once at so many processes."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=30) as client:
        await asyncio.gather(*(client.get(f"{origin}/healthz") for origin in deployment.origins))
        calls = [
            client.post(f"{origin}/api/v1/audio/speech", json={**SPEECH, "input": text})
            for origin in deployment.origins[:processes]
            for _ in range(each)
        ]
        return [answer.status_code for answer in await asyncio.gather(*calls)]


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "processes"), [("two", 2), ("four", 4), ("person", 4), ("teammate", 4)])
async def test_a_key_a_user_and_a_team_have_one_rate_over_all_processes(deployment, name, processes):
    """Each process alone would let `RATE` pass. The bucket refills while a busy machine takes its time."""
    began = time.monotonic()
    found = await statuses(deployment, deployment.keys[name], processes, RATE)
    refilled = (time.monotonic() - began) * RATE / 60
    assert set(found) == {200, 429}
    assert RATE <= found.count(200) <= RATE + refilled


@pytest.mark.anyio
@pytest.mark.timing
async def test_a_key_has_its_requests_at_a_time_over_all_processes(deployment):
    """Each answer takes as long as its sound, 5 s: none ends before all have asked."""
    found = await statuses(deployment, deployment.keys["crowd"], 4, RATE, "Chunks 250")
    assert (found.count(200), found.count(429)) == (RATE, 3 * RATE)
    async with asyncio.timeout(15):
        while await statuses(deployment, deployment.keys["crowd"], 1, 1) != [200]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


@pytest.mark.anyio
async def test_a_silent_database_is_answered_within_ten_seconds(deployment):
    assert await statuses(deployment, deployment.keys["free"], 1, 1) == [200]
    deployment.database.silence()
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=deployment.origins[0], trust_env=False, timeout=30) as client:
        ready, page, speech = await asyncio.gather(
            client.get("/readyz"),
            client.get("/history", headers={"Cookie": "sessionid=0123456789abcdef0123456789abcdef"}),
            statuses(deployment, deployment.keys["free"], 1, 1),
        )
    assert time.monotonic() - began < 10
    assert (ready.status_code, page.status_code, speech) == (503, 503, [503])
    deployment.database.speak()
    async with asyncio.timeout(15):
        while await statuses(deployment, deployment.keys["free"], 1, 1) != [200]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
