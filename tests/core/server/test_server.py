"""The server: disconnects, forwarded headers, failing applications, shutdown (M: Daphne's own failures)."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest

from core.server.limits import Limits
from tests.core.server.processes import (
    ServerProcess,
    is_reset,
    read_all,
    read_close,
    read_exactly,
    read_frame,
    read_response,
    request,
    start_server,
    stderr_of,
    upgrade,
    wrap_tls,
)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc"
)


def error_of(body: bytes) -> dict[str, object]:
    return json.loads(body)["error"]


@pytest.mark.parametrize("query", ["?stream=1", ""], ids=["m8_during_a_stream", "m9_before_the_answer"])
def test_a_disconnect_is_reported_at_once_and_the_application_may_go_on(query: str) -> None:
    with start_server() as server:
        with server.connect() as client:
            client.sendall(request("GET", f"/leave{query}"))
            server.wait_for_mark("waiting")
        server.wait_for_mark("http.disconnect", 1)
        server.wait_for_mark("settled")


def test_the_application_may_go_on_for_25_seconds_after_a_disconnect() -> None:
    assert Limits().disconnect_seconds >= 25
    with start_server(limits={"disconnect_seconds": 0.1}) as server:
        with server.connect() as client:
            client.sendall(request("GET", "/leave"))
            server.wait_for_mark("waiting")
        server.wait_for_mark("cancelled")


def test_application_that_fails_in_its_answer_is_cut_off_and_others_go_on(server: ServerProcess) -> None:
    for _ in range(2):
        with server.connect() as client:
            client.sendall(request("GET", "/broken"))
            with pytest.raises(ConnectionResetError):
                read_all(client)
    assert server.get("/deny")[0] == 401


def test_application_that_ends_without_an_answer_is_an_error_at_once(server: ServerProcess) -> None:
    status, _, body = server.get("/no_response")
    assert (status, error_of(body)["type"]) == (500, "server_error")


def test_m11_sigterm_lets_a_stream_finish() -> None:
    with start_server() as server, server.connect() as client:
        client.sendall(request("GET", "/ticks?number=10"))
        read_exactly(client, 20)
        server.signal()
        assert read_all(client).endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
        assert server.process.wait(5) == 0


def test_m12_sigterm_closes_websockets_with_1012() -> None:
    with start_server() as server, server.connect() as client:
        upgrade(client, "/echo")
        server.signal()
        assert read_close(client) == (1012, "the server restarts")
        assert server.read_fact() == {"draining": True}
        assert server.read_fact() == {"drained": True, "marks": ["echo saw 1012"]}
        assert server.process.wait(5) == 0


def test_m15_sigterm_finishes_a_call_in_flight_and_takes_no_new_one() -> None:
    with start_server() as server, server.connect() as client, server.connect() as idle:
        client.sendall(request("GET", "/slow?seconds=1"))
        server.wait_for_mark("slow begun")
        server.signal()
        assert server.read_fact() == {"draining": True}
        assert idle.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            server.connect()
        status, headers, body = read_response(client)
        assert (status, headers["connection"], body) == (200, "close", b'"slow"')
        assert server.read_fact() == {"drained": True, "marks": ["slow begun"]}
        assert server.process.wait(5) == 0


def test_second_signal_stops_at_once() -> None:
    with start_server() as server, server.connect() as client:
        client.sendall(request("GET", "/slow?seconds=60"))
        server.wait_for_mark("slow begun")
        server.signal(signal.SIGINT)
        assert server.read_fact() == {"draining": True}
        server.signal(signal.SIGINT)
        assert server.process.wait(5) == 0
        # what was cancelled has ended, so that a quick machine may find the time to close the books too
        assert server.read_fact() in ({}, {"drained": True, "marks": ["slow begun", "slow settled"]})


def test_draining_ends_after_drain_seconds() -> None:
    with start_server(limits={"drain_seconds": 0.5}) as server, server.connect() as client:
        client.sendall(request("GET", "/slow?seconds=60"))
        server.wait_for_mark("slow begun")
        server.signal()
        assert server.read_fact() == {"draining": True}
        assert server.read_fact() == {"drained": True, "marks": ["slow begun", "slow settled"]}
        assert server.process.wait(5) == 0


@pytest.mark.parametrize("server_name", ["daphne", "uvicorn"])
@pytest.mark.parametrize("asked", ["flood", "blast", "a little more than the kernel takes"])
def test_sigterm_does_not_wait_for_a_client_that_does_not_read(server_name: str, asked: str) -> None:
    with start_server(server=server_name) as server, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        if asked == "blast":
            upgrade(client, "/blast?mb=300")
        else:
            mb = 300 if asked == "flood" else 0.2
            client.sendall(request("GET", f"/flood?mb={mb}", "Connection: close"))
            read_exactly(client, 12)
        server.signal()
        assert server.process.wait(10) == (0 if server_name == "daphne" else -signal.SIGTERM)


def test_forwarded_headers_of_untrusted_clients_are_dropped(server: ServerProcess) -> None:
    claims = ("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "Forwarded: for=203.0.113.9")
    status, _, body = server.get("/scope", *claims, "Daphne-Root-Path: /evil", "X-Real-IP: 203.0.113.9")
    scope = json.loads(body)
    assert (status, scope["client"][0], scope["scheme"], scope["root_path"]) == (200, "127.0.0.1", "http", "")
    assert scope["headers"] == [["host", "testserver"], ["connection", "close"]]


def test_forwarded_headers_of_a_trusted_proxy_are_used() -> None:
    claims = ("X-Forwarded-For: 192.0.2.66, 203.0.113.9", "X-Forwarded-Proto: https")
    with start_server(trusted_proxies=["127.0.0.0/8"]) as server:
        scope = json.loads(server.get("/scope", *claims, "Daphne-Root-Path: /evil")[2])
    assert (scope["client"][0], scope["scheme"], scope["root_path"]) == ("203.0.113.9", "https", "")
    assert scope["headers"] == [["host", "testserver"], ["connection", "close"]]


def test_port_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = f"from core.server.server import serve; serve(None, '127.0.0.1', {port})"
        assert f"Couldn't listen on 127.0.0.1:{port}" in stderr_of(code)


@pytest.mark.timing
def test_tls_serves_https_and_wss_with_a_certificate_that_fits(tmp_path: Path) -> None:
    with start_server(tls=str(tmp_path)) as server:
        authority = tmp_path / "tls-certificate.pem"
        with wrap_tls(server.connect(), authority) as client:
            client.sendall(request("GET", "/scope", "Connection: close"))
            assert json.loads(read_response(client)[2])["scheme"] == "https"
        with wrap_tls(server.connect(), authority) as client:
            upgrade(client, "/secure")
            assert read_frame(client) == (1, b"wss")
        with server.memory_rise() as rise, wrap_tls(server.connect(), authority) as client:
            client.sendall(request("GET", "/flood?mb=100"))
            assert is_reset(client, 5)
    assert rise[0] < 20
