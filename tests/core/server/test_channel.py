"""HTTP with clients that do not read, send too much or too slowly (M: failures of Daphne itself)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.server.processes import (
    MIB,
    ServerProcess,
    is_reset,
    read_all,
    read_response,
    request,
    start_server,
)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc"
)

UPLOAD_CAP = 50 * MIB * 4 // 3 + MIB


@pytest.fixture(scope="module")
def strict_server() -> Iterator[ServerProcess]:
    limits = {"header_seconds": 1.0, "body_window_seconds": 1.0, "linger_seconds": 0.3, "idle_seconds": 1.5}
    with start_server(limits=limits) as running:
        yield running


def error_of(body: bytes) -> dict[str, object]:
    return json.loads(body)["error"]


def too_large(cap: int) -> dict[str, object]:
    return {
        "code": 413,
        "message": f"The request body is larger than the {cap} bytes allowed here.",
        "type": "invalid_request_error",
        "param": None,
        "metadata": {"error_type": "payload_too_large"},
    }


def upload(server: ServerProcess, target: str, megabytes: int, *headers: str) -> tuple[int, bytes]:
    with server.connect() as client:
        client.sendall(
            request("POST", target, f"Content-Length: {megabytes * MIB}", "Connection: close", *headers)
        )
        for _ in range(megabytes):
            client.sendall(bytes(MIB))
        status, _, body = read_response(client)
    return status, body


def upload_in_chunks(server: ServerProcess, target: str, megabytes: int) -> tuple[int, bytes]:
    with server.connect() as client:
        client.sendall(request("POST", target, "Transfer-Encoding: chunked", "Connection: close"))
        try:
            for _ in range(megabytes):
                client.sendall(b"%x\r\n%b\r\n" % (MIB, bytes(MIB)))
            client.sendall(b"0\r\n\r\n")
        except ConnectionError:
            pass
        status, _, body = read_response(client)
    return status, body


@pytest.mark.timing
def test_m1_m13_unread_responses_are_cut_and_cost_little_memory(either_server: ServerProcess) -> None:
    with either_server.memory_rise() as rise:
        lazy = [either_server.connect() for _ in range(5)]
        for client in lazy:
            client.sendall(request("GET", "/flood?mb=300"))
        status, _, body = either_server.get("/flood?mb=100")
        assert (status, len(body) > 100 * MIB) == (200, True)
        assert [is_reset(client, 5) for client in lazy] == [True] * 5
    assert rise[0] < 20
    for client in lazy:
        client.close()


@pytest.mark.timing
def test_m1_one_huge_message_is_not_copied_into_the_send_buffer(server: ServerProcess) -> None:
    with server.memory_rise() as rise, server.connect() as client:
        client.sendall(request("GET", "/flood?mb=40&whole=1"))
        assert is_reset(client, 5)
    assert rise[0] < 60


@pytest.mark.timing
def test_m3_memory_does_not_climb_with_repeated_blasts(server: ServerProcess) -> None:
    with server.memory_rise() as rise:
        for _ in range(3):
            with server.connect() as client:
                client.sendall(request("GET", "/flood?mb=200"))
                assert is_reset(client, 5)
    assert rise[0] < 20


@pytest.mark.timing
@pytest.mark.parametrize(
    "kind",
    ["application/octet-stream", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"],
)
def test_m5_upload_without_login_costs_little_memory(server: ServerProcess, kind: str) -> None:
    with server.memory_rise() as rise:
        assert upload(server, "/api/v1/deny", 50, f"Content-Type: {kind}")[0] == 401
    assert rise[0] < 15


@pytest.mark.timing
def test_m5_chunked_upload_without_login_costs_little_memory(server: ServerProcess) -> None:
    with server.memory_rise() as rise:
        assert upload_in_chunks(server, "/api/v1/deny", 50)[0] == 401
    assert rise[0] < 15


@pytest.mark.timing
def test_m6_allowed_body_reaches_the_application_in_slices(server: ServerProcess) -> None:
    with server.memory_rise() as rise:
        status, body = upload(server, "/api/v1/count", 66)
    assert (status, json.loads(body)) == (200, {"total": 66 * MIB, "longest": 64 * 1024})
    assert rise[0] < 15


def test_m6_chunked_body_reaches_the_application_whole(server: ServerProcess) -> None:
    status, body = upload_in_chunks(server, "/api/v1/count", 3)
    assert (status, json.loads(body)) == (200, {"total": 3 * MIB, "longest": 64 * 1024})


def test_m7_declared_body_over_the_cap_gets_json_before_it_is_sent(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(
            request("POST", "/api/v1/count", f"Content-Length: {400 * MIB}", "Expect: 100-continue")
        )
        status, headers, body = read_response(client)
    assert (status, headers["content-type"], headers["connection"]) == (413, "application/json", "close")
    assert error_of(body) == too_large(UPLOAD_CAP)


def test_m7_pages_take_only_small_bodies(server: ServerProcess) -> None:
    status, body = upload(server, "/count", 3)
    assert (status, error_of(body)) == (413, too_large(MIB * 5 // 2))


@pytest.mark.timing
def test_m14_oversized_bodies_leave_memory_alone(server: ServerProcess) -> None:
    with server.memory_rise() as rise:
        assert upload(server, "/api/v1/count", 400)[0] == 413
        status, body = upload_in_chunks(server, "/api/v1/count", 400)
    assert (status, error_of(body)) == (413, too_large(UPLOAD_CAP))
    assert rise[0] < 15


@pytest.mark.timing
def test_slow_headers_get_408(strict_server: ServerProcess) -> None:
    with strict_server.connect() as client:
        client.sendall(b"GET /deny HTTP/1.1\r\nHost: testserver\r\n")
        begun = time.monotonic()
        while time.monotonic() - begun < 0.9:
            client.sendall(b"X-Slow: 1\r\n")
            time.sleep(0.1)
        status, _, body = read_response(client)
    assert (status, error_of(body)["message"]) == (408, "The headers did not arrive in time.")


@pytest.mark.timing
def test_a_silent_connection_is_closed(strict_server: ServerProcess) -> None:
    with strict_server.connect() as client:
        assert client.recv(1) == b""


@pytest.mark.timing
def test_an_idle_connection_is_closed(strict_server: ServerProcess) -> None:
    with strict_server.connect() as client:
        client.sendall(request("GET", "/deny"))
        asked = time.monotonic()
        status, headers, _ = read_response(client)
        assert (status, headers.get("connection")) == (401, None)
        assert 1.4 < time.monotonic() - asked < 5


@pytest.mark.timing
def test_a_connection_with_another_request_in_time_stays_open(strict_server: ServerProcess) -> None:
    with strict_server.connect() as client:
        for _ in range(4):
            client.sendall(request("GET", "/deny"))
            assert client.recv(MIB).startswith(b"HTTP/1.1 401")
            time.sleep(0.7)


@pytest.mark.timing
def test_a_slow_body_gets_408(strict_server: ServerProcess) -> None:
    with strict_server.connect() as client:
        client.sendall(request("POST", "/api/v1/count", "Content-Length: 100000"))
        client.sendall(b"x" * 500)
        status, _, body = read_response(client)
    assert (status, error_of(body)["message"]) == (408, "The body arrives too slowly.")


@pytest.mark.timing
def test_a_body_at_the_required_rate_is_accepted(strict_server: ServerProcess) -> None:
    with strict_server.connect() as client:
        client.sendall(request("POST", "/api/v1/count", "Content-Length: 10000", "Connection: close"))
        for _ in range(5):
            client.sendall(b"x" * 2000)
            time.sleep(0.3)
        status, _, body = read_response(client)
    assert (status, json.loads(body)["total"]) == (200, 10000)


@pytest.mark.timing
def test_slow_application_is_not_a_slow_client(strict_server: ServerProcess) -> None:
    assert strict_server.get("/slow?seconds=2")[0] == 200


def test_length_and_chunked_together_are_refused(server: ServerProcess) -> None:
    with server.connect() as client:
        both = ("Content-Length: 5", "Transfer-Encoding: chunked")
        client.sendall(request("POST", "/api/v1/slow?seconds=0", *both) + b"0\r\n\r\n")
        status, headers, body = read_response(client)
    assert (status, headers["connection"]) == (400, "close")
    assert error_of(body)["message"] == "The request is not valid HTTP."
    assert "slow begun" not in server.marks()


@pytest.mark.parametrize("byte", ["\x0b", "\x0c", "\x1c", "\x1e", "\x85"])
def test_odd_bytes_in_a_header_are_refused(server: ServerProcess, byte: str) -> None:
    status, headers, body = server.get("/scope", f"X-Odd: a{byte}b")
    assert (status, headers["connection"]) == (400, "close")
    message = "Invalid header value" if byte == "\x85" else "The request is not valid HTTP."
    assert error_of(body)["message"] == message


def test_header_line_without_end_is_refused(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nAuthorization: Bearer " + b"x" * 40_000)
        status, _, body = read_response(client)
    assert (status, error_of(body)["message"]) == (431, "A header line is too long.")


def test_connection_serves_request_after_request(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(request("GET", "/deny") * 2 + request("GET", "/deny", "Connection: close"))
        assert read_all(client).count(b'"denied"') == 3


def test_head_has_no_body(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(request("HEAD", "/flood?mb=1", "Connection: close"))
        assert read_response(client)[2] == b""
