"""Two server processes on one Redis: an endpoint that failed at one rests at both, and one tries it again."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.benchmarks.processes import outcome, running, surroundings
from tests.benchmarks.server import serving
from tests.fakes.services import REDIS, address, require

pytestmark = [pytest.mark.anyio, pytest.mark.timing]
REST = 8
"""Seconds that the limited provider asks to be left alone."""


class Limited(BaseHTTPRequestHandler):
    """Answers 429 first, and from then on after a while with a sound."""

    limits = True
    calls = 0

    def do_POST(self) -> None:
        type(self).calls += 1
        self.rfile.read(int(self.headers["content-length"]))
        if self.limits:
            type(self).limits = False
            self.answer(429, b'{"error": {"message": "slow down"}}', {"Retry-After": str(REST)})
        else:
            time.sleep(1.5)
            self.answer(200, bytes(1024), {"Content-Type": "audio/mpeg"})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def furnish(limited: str, other: str) -> None:
    """The rows of the installation; run inside the program's shell."""
    from django.core.management import call_command  # noqa: PLC0415 - the registry is not ready at import time

    from core.access import keys  # noqa: PLC0415 - as above
    from core.models import Endpoint, Provider, User  # noqa: PLC0415 - as above
    from tests.core.api.conftest import make_model, make_provider  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    model = make_model(make_provider("limited", limited), "lab/alto")
    Endpoint.objects.update(priority=1)
    second: Provider = make_provider("other", other)
    Endpoint.objects.create(model=model, provider=second, upstream_id="ok", priority=2)
    print(json.dumps({"key": keys.issue(User.objects.create_user("alice"))[0]}))


@dataclass(frozen=True)
class Deployment:
    origins: list[str]
    key: str

    async def providers(self, *processes: int) -> list[str]:
        """Who answers a request at each of these processes, all at once."""
        speech = {"model": "lab/alto", "input": "Hello", "voice": "ada", "response_format": "mp3"}
        headers = {"Authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=30) as client:
            calls = [
                client.post(f"{self.origins[each]}/api/v1/audio/speech", json=speech) for each in processes
            ]
            answers = await asyncio.gather(*calls)
        return [answer.headers["x-polyphony-provider"] for answer in answers]


@pytest.fixture
def deployment(tmp_path) -> Iterator[Deployment]:
    redis = pytest.importorskip("redis", reason="redis is not installed")
    require("Redis", *address(REDIS, 6379))
    with redis.Redis.from_url(REDIS) as before:
        before.delete("polyphony:limit:health")
    Limited.limits, Limited.calls = True, 0
    with ExitStack() as stack:
        provider = ThreadingHTTPServer(("127.0.0.1", 0), Limited)
        stack.callback(provider.server_close)
        stack.callback(provider.shutdown)
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        environment = surroundings(str(tmp_path), REDIS_URL=REDIS, REDIS_LIMIT_SECONDS="5")
        upstream = stack.enter_context(running("-m", "tests.benchmarks.upstream", environment=environment))
        places = (
            f"http://127.0.0.1:{provider.server_port}/v1",
            f"http://127.0.0.1:{upstream.facts['port']}/v1",
        )
        code = f"from tests.proof.test_shared_health import furnish; furnish(*{places!r})"
        facts = outcome("manage.py", "shell", "--no-imports", "--command", code, environment=environment)
        servers = [stack.enter_context(serving("uvicorn", environment)) for _ in range(2)]
        found = Deployment([f"http://127.0.0.1:{each.facts['port']}" for each in servers], facts["key"])
        for origin in found.origins:
            httpx.get(f"{origin}/readyz", trust_env=False, timeout=30).raise_for_status()
        yield found


async def test_two_processes_rest_and_probe_as_one(deployment):
    began = time.monotonic()
    assert await deployment.providers(0) == ["Other"]
    assert Limited.calls == 1
    await asyncio.sleep(3)
    assert await deployment.providers(1, 0, 1) == ["Other"] * 3
    assert Limited.calls == 1
    await asyncio.sleep(began + REST + 1.5 - time.monotonic())
    found = await deployment.providers(0, 1, 0, 1, 0, 1)
    assert sorted(found) == ["Limited", *["Other"] * 5]
    assert Limited.calls == 2
    await asyncio.sleep(3)
    assert await deployment.providers(0, 1) == ["Limited"] * 2
