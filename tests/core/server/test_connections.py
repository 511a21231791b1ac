"""More connections than the process has descriptors for: those that are idle have to go."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from core.server.connections import MOST, connection_limit
from tests.core.server.processes import ServerProcess, read_all, read_exactly, request, start_server

DESCRIPTORS, STRANGERS, WAVE = 1024, 1400, 40
SILENT = {
    "nothing": b"",
    "half of a head": b"GET /deny HTTP/1.1\r\nHost: testserver\r\n",
    "one request": request("GET", "/deny"),
}


pytestmark = pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 2 * STRANGERS, reason="the test needs descriptors itself"
)


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def small_server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    with start_server(server=request.param, descriptors=DESCRIPTORS) as running:
        yield running


@pytest.mark.parametrize("sent", SILENT.values(), ids=SILENT)
def test_idle_strangers_keep_nobody_out(small_server: ServerProcess, sent: bytes) -> None:
    with ExitStack() as connections, small_server.connect() as honest:
        honest.sendall(request("GET", "/ticks?number=10", "Connection: close"))
        read_exactly(honest, 20)
        for number in range(STRANGERS):
            stranger = connections.enter_context(small_server.connect())
            stranger.sendall(sent)
            if number % WAVE == 0:  # the kernel holds no more of them at a time
                assert small_server.get("/deny")[0] == 401
        assert [small_server.get("/deny")[0] for _ in range(50)] == [401] * 50
        assert b"[DONE]" in read_all(honest)


def test_half_of_the_descriptors_are_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {1024: 512, 10**9: MOST, resource.RLIM_INFINITY: MOST}
    for soft, expected in limits.items():
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, soft))
        assert connection_limit() == expected
