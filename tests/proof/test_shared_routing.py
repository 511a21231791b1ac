"""Two server processes on one Redis: models in turn, answers from one cache and ceilings of endpoints,
whichever is asked."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest

from tests.benchmarks.processes import outcome, surroundings
from tests.benchmarks.server import serving
from tests.fakes import scenarios
from tests.fakes.provider import Exchange, Provider
from tests.fakes.services import REDIS, address, require

pytestmark = [pytest.mark.anyio, pytest.mark.timing]
MODELS = ("lab/alto", "lab/tenor")
PARALLEL, RATED = "lab/bass", "lab/soprano"
RATE = 3


def furnish(url: str) -> None:
    """The rows of the installation; run inside the program's shell."""
    from django.core.management import call_command  # noqa: PLC0415 - the registry is not ready at import time

    from core.access import keys  # noqa: PLC0415 - as above
    from core.models import Endpoint, User  # noqa: PLC0415 - as above
    from tests.core.api.conftest import make_model, make_provider  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    lab = make_provider("lab", url)
    for name in (*MODELS, PARALLEL, RATED):
        make_model(lab, name, upstream=name.removeprefix("lab/"))
    Endpoint.objects.filter(model__slug=PARALLEL).update(parallel_requests=1)
    Endpoint.objects.filter(model__slug=RATED).update(requests_per_minute=RATE)
    print(json.dumps({"key": keys.issue(User.objects.create_user("alice"))[0]}))


@dataclass(frozen=True)
class Deployment:
    origins: list[str]
    key: str
    provider: Provider

    async def speak(self, process: int, **fields: object) -> httpx.Response:
        """A good answer to a request at one of the processes."""
        answer = await self.ask(process, **fields)
        assert answer.status_code == 200, answer.text
        return answer

    async def ask(self, process: int, **fields: object) -> httpx.Response:
        speech = {"model": MODELS[0], "input": "Hello", "voice": "ada", "response_format": "mp3", **fields}
        headers = {"Authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=30) as client:
            return await client.post(f"{self.origins[process]}/api/v1/audio/speech", json=speech)

    @property
    def asked(self) -> list[str]:
        """The models that the provider was asked for, in order."""
        return [seen.json["model"] for seen in self.provider.requests]


@pytest.fixture
def deployment(tmp_path) -> Iterator[Deployment]:
    redis = pytest.importorskip("redis", reason="redis is not installed")
    require("Redis", *address(REDIS, 6379))
    with redis.Redis.from_url(REDIS) as before:
        kept = [
            *before.scan_iter("polyphony:limit:turn:*"),
            *before.scan_iter("polyphony:limit:*:endpoints:*"),
        ]
        for name in [*kept, "polyphony:limit:health"]:
            before.delete(name)
    with ExitStack() as stack:
        provider = stack.enter_context(Provider(lambda name: scenarios.speech()))
        environment = surroundings(str(tmp_path), REDIS_URL=REDIS, REDIS_LIMIT_SECONDS="5")
        code = f"from tests.proof.test_shared_routing import furnish; furnish({provider.url!r})"
        facts = outcome("manage.py", "shell", "--no-imports", "--command", code, environment=environment)
        servers = [stack.enter_context(serving("uvicorn", environment)) for _ in range(2)]
        found = Deployment(
            [f"http://127.0.0.1:{each.facts['port']}" for each in servers], facts["key"], provider
        )
        for origin in found.origins:
            httpx.get(f"{origin}/readyz", trust_env=False, timeout=30).raise_for_status()
        yield found


async def test_two_processes_take_turns_and_share_answers_and_ceilings(deployment):
    balancer = {"type": "round_robin", "models": list(MODELS)}
    for process in (0, 0, 1, 1, 0, 1):
        await deployment.speak(process, load_balancer=balancer)
    assert deployment.asked == ["alto", "tenor"] * 3

    kept = {"input": "Said before", "cache": {"type": "exact_match", "ttl": 60}}
    made, found = await deployment.speak(0, **kept), await deployment.speak(1, **kept)
    statuses = [answer.headers["x-openrouter-cache-status"] for answer in (made, found)]
    assert (statuses, found.content) == (["MISS", "HIT"], made.content)
    assert found.headers["x-generation-id"] != made.headers["x-generation-id"]
    assert len(deployment.asked) == 7

    await check_places(deployment)
    statuses = [(await deployment.ask(each % 2, model=RATED)).status_code for each in range(RATE + 1)]
    assert statuses == [200] * RATE + [503]


async def check_places(deployment: Deployment) -> None:
    """While one process has the only place the other one has none; once it is free, it has."""
    gate, known = threading.Event(), len(deployment.provider.requests)

    async def held(exchange: Exchange) -> None:
        await asyncio.to_thread(gate.wait, 20)
        await scenarios.speech()(exchange)

    deployment.provider.script(PARALLEL.removeprefix("lab/"), held)
    first = asyncio.create_task(deployment.speak(0, model=PARALLEL))
    for _ in range(known + 1):
        await asyncio.to_thread(deployment.provider.arrival, 20)
    refused = await deployment.ask(1, model=PARALLEL)
    assert (refused.status_code, refused.json()["error"]["type"]) == (503, "endpoint_full")
    second = asyncio.create_task(deployment.speak(1, model=PARALLEL))
    gate.set()
    await asyncio.gather(first, second)
    assert len(deployment.provider.requests) == known + 2
