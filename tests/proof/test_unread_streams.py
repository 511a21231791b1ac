"""Clients and pages that stop reading 18 MB of deltas cost the program little memory, and are cut off."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.installation import CHAT, furnished
from tests.benchmarks.processes import Running, surroundings
from tests.benchmarks.program import playground
from tests.benchmarks.server import serving
from tests.core.server.processes import (
    frame as masked,
)
from tests.core.server.processes import (
    is_reset,
    read_exactly,
    read_frame,
    request,
    request_upgrade,
    wait_until,
)
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
TEXT = {"content": "x" * PIECE}
CALL = {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "x" * PIECE}}]}
ANSWERS = {
    "plain": (False, TEXT, 0),
    "rendered": (True, TEXT, 0),
    "arguments": (False, CALL, 0),
    "other choice": (False, TEXT, 1),
}
"""Whether the answer is rendered, what all its deltas are, and of which choice."""
SERVERS = {"daphne": playground, "uvicorn": lambda environment: serving("uvicorn", environment)}


@dataclass
class Installation:
    """A server of the whole program, the key and the session of one user, and the provider behind it."""

    server: Running
    key: str
    session: str
    provider: Provider
    database: Path

    def connect(self) -> socket.socket:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.settimeout(30)
        client.connect(("127.0.0.1", self.server.facts["port"]))
        return client

    def ended_runs(self) -> list[str]:
        """The states of the runs that are over."""
        with closing(sqlite3.connect(self.database)) as database:
            rows = database.execute("SELECT state FROM playground_run WHERE finished_at IS NOT NULL")
            return sorted(state for (state,) in rows)


def frames(size: int, delta: dict[str, Any], index: int = 0) -> list[bytes]:
    event = chunk(delta)
    event["choices"][0]["index"] = index
    deltas = [frame(event)] * (size // PIECE)
    return [*deltas, frame(chunk({}, "stop")), frame({**chunk({}), "choices": [], "usage": USAGE}), DONE]


@pytest.fixture(params=SERVERS)
def installation(request: pytest.FixtureRequest, tmp_path, provider) -> Iterator[Installation]:
    environment = surroundings(str(tmp_path), STALL_SECONDS=str(STALL), ALLOWED_HOSTS="testserver")
    facts = furnished(provider.url.removesuffix("/v1"), environment)
    with SERVERS[request.param](environment) as server:
        database = tmp_path / "polyphony.sqlite3"
        yield Installation(server, facts["key"], facts["sessions"][0], provider, database)


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
    provider.script("chat", paced(frames(10 * PIECE, TEXT)), paced(frames(TOTAL, TEXT)))
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


def open_page(place: Installation, client: socket.socket) -> None:
    """Open the socket of a page, as its user signed in."""
    headers = ("Origin: http://testserver", f"Cookie: sessionid={place.session}")
    head = request_upgrade(client, "/ws/playground/", *headers)
    assert head.startswith(b"HTTP/1.1 101 "), head


def start_run(client: socket.socket, render: bool) -> None:
    """Start a chat, and read the first event of its run."""
    params = {"messages": [{"role": "user", "content": "Tell me all."}]}
    start = {"type": "run.start", "id": "a", "task": "chat", "model": CHAT, "params": params}
    client.sendall(masked(json.dumps({**start, "conversation": "new", "render": render}).encode()))
    opcode, payload = read_frame(client)
    assert (opcode, json.loads(payload)["type"]) == (1, "run.started")


def run_unread(place: Installation, answer: str) -> float:
    """Megabytes that a run costs which goes on without its page, as long as a run may be, and is stored."""
    render, delta, index = ANSWERS[answer]
    place.provider.script("chat", paced(frames(TOTAL, delta, index)))
    ended = place.ended_runs()
    before = place.server.memory("VmRSS")
    place.server.forget_peak()
    with place.connect() as client:
        open_page(place, client)
        start_run(client, render)
        assert index or is_reset(client, STALL + GRACE)
        wait_until(lambda: place.ended_runs() == [*ended, "partial"], 60)
    return place.server.memory("VmHWM") - before


@pytest.mark.timeout(300)
def test_18_mb_that_no_page_reads_cost_little_memory(installation: Installation) -> None:
    installation.provider.script("chat", paced(frames(10 * PIECE, TEXT)))
    with installation.connect() as warm:
        open_page(installation, warm)
        start_run(warm, render=True)
        wait_until(lambda: installation.ended_runs() == ["completed"])
    rises = {answer: run_unread(installation, answer) for answer in ANSWERS}
    assert max(rises.values()) < MOST_MB, rises
