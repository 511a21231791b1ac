"""Clients that stop reading 18 MB of deltas cost the whole program little memory, and are cut off in time."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.benchmarks.installation import CHAT, furnished
from tests.benchmarks.processes import Running, surroundings
from tests.benchmarks.program import playground
from tests.benchmarks.server import serving
from tests.core.server.processes import is_reset, read_exactly, request
from tests.fakes.chat import USAGE, chunk
from tests.fakes.provider import Provider
from tests.fakes.server_sent_events import DONE, frame, paced

pytestmark = [
    pytest.mark.timing,
    pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc"),
]

TOTAL, PIECE = 18_000_000, 1000
STALL, GRACE = 3, 10.0
MOST_MB = 20.0
SERVERS = {"daphne": playground, "uvicorn": lambda environment: serving("uvicorn", environment)}


@dataclass
class Installation:
    """A server of the whole program, the key of one user, and the provider behind it."""

    server: Running
    key: str
    provider: Provider

    def connect(self) -> socket.socket:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.settimeout(30)
        client.connect(("127.0.0.1", self.server.facts["port"]))
        return client


def frames(size: int) -> list[bytes]:
    deltas = [frame(chunk({"content": "x" * PIECE})) for _ in range(size // PIECE)]
    return [*deltas, frame(chunk({}, "stop")), frame({**chunk({}), "choices": [], "usage": USAGE}), DONE]


@pytest.fixture(params=SERVERS)
def installation(request: pytest.FixtureRequest, tmp_path, provider) -> Iterator[Installation]:
    environment = surroundings(str(tmp_path), STALL_SECONDS=str(STALL), ALLOWED_HOSTS="testserver")
    facts = furnished(provider.url.removesuffix("/v1"), environment)
    with SERVERS[request.param](environment) as server:
        yield Installation(server, facts["key"], provider)


def ask(place: Installation, client: socket.socket) -> None:
    """Ask, and read the head of the answer."""
    fields = {"model": CHAT, "stream": True, "messages": [{"role": "user", "content": "Tell me all."}]}
    body = json.dumps(fields).encode()
    headers = (
        f"Authorization: Bearer {place.key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    client.sendall(request("POST", "/api/v1/chat/completions", *headers) + body)
    assert read_exactly(client, 12) == b"HTTP/1.1 200"


def test_18_mb_that_nobody_reads_cost_little_memory(installation: Installation) -> None:
    server, provider = installation.server, installation.provider
    provider.script("chat", paced(frames(10 * PIECE)), paced(frames(TOTAL)))
    with installation.connect() as warm:
        ask(installation, warm)
        assert provider.arrival().finished.wait(10)
    before = server.memory("VmRSS")
    server.forget_peak()
    with installation.connect() as client:
        ask(installation, client)
        seen = provider.arrival()
        began = time.monotonic()
        assert is_reset(client, STALL + GRACE)
        assert time.monotonic() - began > STALL - 1
        assert seen.left.wait(GRACE)
    assert server.memory("VmHWM") - before < MOST_MB
