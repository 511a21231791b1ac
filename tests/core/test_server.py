"""The server against clients that stall, flood, leave and lie; M1 to M15 were failures of stock Daphne."""

from __future__ import annotations

import json
import signal
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.server_certificate import self_signed
from tests.core.serving import (
    MIB,
    Served,
    encrypted,
    exactly,
    failing,
    frame,
    is_cut,
    read_all,
    read_answer,
    read_close,
    read_frame,
    request,
    served,
    upgrade,
    wait_until,
)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc"
)

UPLOAD_CAP = 50 * MIB * 4 // 3 + MIB


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as running:
        yield running


@pytest.fixture(scope="module")
def impatient() -> Iterator[Served]:
    limits = {"header_seconds": 1.0, "body_window": 1.0, "body_rate": 1000.0}
    with served(limits=limits) as running:
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


def upload(server: Served, target: str, megabytes: int, *headers: str) -> tuple[int, bytes]:
    with server.connect() as client:
        client.sendall(
            request("POST", target, f"Content-Length: {megabytes * MIB}", "Connection: close", *headers)
        )
        for _ in range(megabytes):
            client.sendall(bytes(MIB))
        status, _, body = read_answer(client)
    return status, body


def upload_in_chunks(server: Served, target: str, megabytes: int) -> tuple[int, bytes]:
    with server.connect() as client:
        client.sendall(request("POST", target, "Transfer-Encoding: chunked", "Connection: close"))
        try:
            for _ in range(megabytes):
                client.sendall(b"%x\r\n%b\r\n" % (MIB, bytes(MIB)))
            client.sendall(b"0\r\n\r\n")
        except ConnectionError:
            pass
        status, _, body = read_answer(client)
    return status, body


# Memory


def test_m1_m13_answers_nobody_reads_are_cut_and_cost_little(server: Served) -> None:
    with server.memory_rise() as rise:
        lazy = [server.connect() for _ in range(5)]
        for client in lazy:
            client.sendall(request("GET", "/flood?mb=300"))
        status, _, body = server.get("/flood?mb=100")
        assert (status, len(body) > 100 * MIB) == (200, True)
        assert [is_cut(client, 5) for client in lazy] == [True] * 5
    assert rise[0] < 20
    for client in lazy:
        client.close()


def test_m1_one_huge_message_is_not_copied_into_the_send_buffer(server: Served) -> None:
    with server.memory_rise() as rise, server.connect() as client:
        client.sendall(request("GET", "/flood?mb=40&whole=1"))
        assert is_cut(client, 5)
    assert rise[0] < 60


def test_m2_websocket_messages_nobody_reads_are_cut_and_cost_little(server: Served) -> None:
    with server.memory_rise() as rise:
        lazy = [server.connect() for _ in range(5)]
        for client in lazy:
            upgrade(client, "/blast?mb=300")
        assert [is_cut(client, 5) for client in lazy] == [True] * 5
    assert rise[0] < 20
    for client in lazy:
        client.close()


def test_m2_websocket_messages_all_reach_a_client_that_reads(server: Served) -> None:
    with server.connect() as client:
        upgrade(client, "/blast?mb=20")
        sizes = [len(read_frame(client)[1]) for _ in range(20 * 16)]
        assert sizes == [MIB // 16] * 320
        assert read_close(client) == (1000, "")


def test_m3_memory_does_not_climb_with_repeated_blasts(server: Served) -> None:
    with server.memory_rise() as rise:
        for _ in range(4):
            with server.connect() as client:
                client.sendall(request("GET", "/flood?mb=200"))
                assert is_cut(client, 5)
    assert rise[0] < 20


def test_m4_websocket_flood_is_closed_with_1008(server: Served) -> None:
    with server.memory_rise() as rise, server.connect() as client:
        upgrade(client, "/busy")
        try:
            for _ in range(200):
                client.sendall(frame(bytes(MIB - 100), opcode=2))
        except ConnectionError:
            pass
        else:
            assert read_close(client) == (1008, "too many unread messages")
        server.wait_for_mark("busy saw 1008")
    assert rise[0] < 20


def test_m4_many_small_unread_messages_are_closed_with_1008(server: Served) -> None:
    with server.connect() as client:
        upgrade(client, "/busy")
        client.sendall(frame(b"x") * 300)
        assert read_close(client) == (1008, "too many unread messages")


def test_websocket_message_over_one_mebibyte_is_refused_with_1009(server: Served) -> None:
    with server.connect() as client:
        upgrade(client, "/echo")
        client.sendall(frame(bytes(MIB + 1), opcode=2)[:2000])
        assert read_close(client)[0] == 1009


@pytest.mark.parametrize(
    "kind",
    ["application/octet-stream", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"],
)
def test_m5_upload_without_login_costs_little_memory(server: Served, kind: str) -> None:
    with server.memory_rise() as rise:
        assert upload(server, "/api/v1/deny", 50, f"Content-Type: {kind}")[0] == 401
    assert rise[0] < 15


def test_m5_chunked_upload_without_login_costs_little_memory(server: Served) -> None:
    with server.memory_rise() as rise:
        assert upload_in_chunks(server, "/api/v1/deny", 50)[0] == 401
    assert rise[0] < 15


def test_m6_allowed_body_reaches_the_application_in_slices(server: Served) -> None:
    with server.memory_rise() as rise:
        status, body = upload(server, "/api/v1/count", 66)
    assert (status, json.loads(body)) == (200, {"total": 66 * MIB, "longest": 64 * 1024})
    assert rise[0] < 15


def test_m6_chunked_body_reaches_the_application_whole(server: Served) -> None:
    status, body = upload_in_chunks(server, "/api/v1/count", 3)
    assert (status, json.loads(body)) == (200, {"total": 3 * MIB, "longest": 64 * 1024})


def test_m7_declared_body_over_the_cap_gets_json_before_it_is_sent(server: Served) -> None:
    with server.connect() as client:
        client.sendall(
            request("POST", "/api/v1/count", f"Content-Length: {400 * MIB}", "Expect: 100-continue")
        )
        status, headers, body = read_answer(client)
    assert (status, headers["content-type"], headers["connection"]) == (413, "application/json", "close")
    assert error_of(body) == too_large(UPLOAD_CAP)


def test_m7_pages_take_only_small_bodies(server: Served) -> None:
    status, body = upload(server, "/count", 3)
    assert (status, error_of(body)) == (413, too_large(MIB * 5 // 2))


def test_m14_oversized_bodies_leave_memory_alone(server: Served) -> None:
    with server.memory_rise() as rise:
        assert upload(server, "/api/v1/count", 400)[0] == 413
        status, body = upload_in_chunks(server, "/api/v1/count", 400)
    assert (status, error_of(body)) == (413, too_large(UPLOAD_CAP))
    assert rise[0] < 15


# Clients that leave


@pytest.mark.parametrize("query", ["?stream=1", ""], ids=["m8_during_a_stream", "m9_before_the_answer"])
def test_client_that_leaves_is_noticed_at_once_and_the_application_may_settle(query: str) -> None:
    with served() as server:
        with server.connect() as client:
            client.sendall(request("GET", f"/leave{query}"))
            wait_until(lambda: len(server.marks()) == 0)
        server.wait_for_mark("http.disconnect", 1)
        server.wait_for_mark("settled")


def test_m10_websocket_that_vanishes_is_noticed_at_once(server: Served) -> None:
    with server.connect() as client:
        upgrade(client, "/echo")
        client.sendall(frame(b"hello"))
        assert read_frame(client) == (1, b"hello")
    server.wait_for_mark("echo saw 1006", 1)


def test_application_that_fails_in_its_answer_is_cut_off_and_others_go_on(server: Served) -> None:
    for _ in range(2):
        with server.connect() as client:
            client.sendall(request("GET", "/broken"))
            with pytest.raises(ConnectionResetError):
                read_all(client)
    assert server.get("/deny")[0] == 401


# Stopping


def test_m11_sigterm_lets_a_stream_finish() -> None:
    with served() as server, server.connect() as client:
        client.sendall(request("GET", "/ticks?number=10"))
        exactly(client, 20)
        server.signal()
        assert read_all(client).endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
        assert server.process.wait(5) == 0


def test_m12_sigterm_closes_websockets_with_1012() -> None:
    with served() as server, server.connect() as client:
        upgrade(client, "/echo")
        server.signal()
        assert read_close(client) == (1012, "the server restarts")
        assert server.says() == {"draining": True}
        assert server.says() == {"drained": True, "marks": ["echo saw 1012"]}
        assert server.process.wait(5) == 0


def test_m15_sigterm_finishes_a_call_in_flight_and_takes_no_new_one() -> None:
    with served() as server, server.connect() as client, server.connect() as idle:
        client.sendall(request("GET", "/slow?seconds=1"))
        server.wait_for_mark("slow begun")
        server.signal()
        assert server.says() == {"draining": True}
        assert idle.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            server.connect()
        status, headers, body = read_answer(client)
        assert (status, headers["connection"], body) == (200, "close", b'"slow but sure"')
        assert server.says() == {"drained": True, "marks": ["slow begun"]}
        assert server.process.wait(5) == 0


def test_second_signal_stops_at_once() -> None:
    with served() as server, server.connect() as client:
        client.sendall(request("GET", "/slow?seconds=60"))
        server.wait_for_mark("slow begun")
        server.signal(signal.SIGINT)
        assert server.says() == {"draining": True}
        server.signal(signal.SIGINT)
        assert server.process.wait(5) == 0
        assert server.says() == {}


def test_draining_ends_when_its_time_is_up() -> None:
    with served(limits={"drain_seconds": 0.5}) as server, server.connect() as client:
        client.sendall(request("GET", "/slow?seconds=60"))
        server.wait_for_mark("slow begun")
        server.signal()
        assert server.process.wait(5) == 0


# Slow senders


def test_headers_that_drip_are_answered_with_408(impatient: Served) -> None:
    with impatient.connect() as client:
        client.sendall(b"GET /deny HTTP/1.1\r\nHost: testserver\r\n")
        begun = time.monotonic()
        while time.monotonic() - begun < 0.9:
            client.sendall(b"X-Slow: 1\r\n")
            time.sleep(0.1)
        status, _, body = read_answer(client)
    assert (status, error_of(body)["message"]) == (408, "The headers did not arrive in time.")


def test_connection_that_says_nothing_is_closed(impatient: Served) -> None:
    with impatient.connect() as client:
        assert client.recv(1) == b""


def test_body_that_drips_is_answered_with_408(impatient: Served) -> None:
    with impatient.connect() as client:
        client.sendall(request("POST", "/api/v1/count", "Content-Length: 100000"))
        client.sendall(b"x" * 500)
        status, _, body = read_answer(client)
    assert (status, error_of(body)["message"]) == (408, "The body arrives too slowly.")


def test_body_that_keeps_its_pace_is_taken(impatient: Served) -> None:
    with impatient.connect() as client:
        client.sendall(request("POST", "/api/v1/count", "Content-Length: 10000", "Connection: close"))
        for _ in range(5):
            client.sendall(b"x" * 2000)
            time.sleep(0.3)
        status, _, body = read_answer(client)
    assert (status, json.loads(body)["total"]) == (200, 10000)


def test_slow_application_is_not_a_slow_client(impatient: Served) -> None:
    assert impatient.get("/slow?seconds=2")[0] == 200


# Headers that lie


def test_length_and_chunked_together_are_refused(server: Served) -> None:
    with server.connect() as client:
        both = ("Content-Length: 5", "Transfer-Encoding: chunked")
        client.sendall(request("POST", "/api/v1/slow?seconds=0", *both) + b"0\r\n\r\n")
        answer = read_all(client)
    assert answer == b"HTTP/1.1 400 Bad Request\r\n\r\n"
    assert "slow begun" not in server.marks()


@pytest.mark.parametrize("byte", ["\x0b", "\x0c", "\x1c", "\x1e", "\x85"])
def test_odd_bytes_in_a_header_are_refused(server: Served, byte: str) -> None:
    status, _, body = server.get("/seen", f"X-Odd: a{byte}b")
    assert (status, error_of(body)["message"]) == (400, "Invalid header value")


def test_header_line_without_end_is_refused(server: Served) -> None:
    with server.connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nAuthorization: Bearer " + b"x" * 40_000)
        status, _, body = read_answer(client)
    assert (status, error_of(body)["message"]) == (431, "A header line is too long.")


def test_origin_headers_of_strangers_are_dropped(server: Served) -> None:
    claims = ("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "Forwarded: for=203.0.113.9")
    status, _, body = server.get("/seen", *claims, "Daphne-Root-Path: /evil", "X-Real-IP: 203.0.113.9")
    seen = json.loads(body)
    assert (status, seen["client"][0], seen["scheme"], seen["root_path"]) == (200, "127.0.0.1", "http", "")
    assert seen["headers"] == [["host", "testserver"], ["connection", "close"]]


def test_origin_headers_of_a_trusted_proxy_are_believed() -> None:
    claims = ("X-Forwarded-For: 192.0.2.66, 203.0.113.9", "X-Forwarded-Proto: https")
    with served(trusted_proxies=["127.0.0.0/8"]) as server:
        seen = json.loads(server.get("/seen", *claims, "Daphne-Root-Path: /evil")[2])
    assert (seen["client"][0], seen["scheme"], seen["root_path"]) == ("203.0.113.9", "https", "")
    assert seen["headers"] == [["host", "testserver"], ["connection", "close"]]


# The rest of the protocol


def test_connection_serves_request_after_request(server: Served) -> None:
    with server.connect() as client:
        client.sendall(request("GET", "/deny") * 2 + request("GET", "/deny", "Connection: close"))
        assert read_all(client).count(b'"who are you?"') == 3


def test_head_has_no_body(server: Served) -> None:
    with server.connect() as client:
        client.sendall(request("HEAD", "/flood?mb=1", "Connection: close"))
        assert read_answer(client)[2] == b""


@pytest.mark.parametrize("code", [1000, 1008, 1011, 1013, 4401])
def test_application_closes_a_websocket_with_any_code(server: Served, code: int) -> None:
    with server.connect() as client:
        upgrade(client, f"/close?code={code}")
        assert read_close(client) == (code, "because")


def test_port_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = f"from core.server import serve; serve(None, '127.0.0.1', {port})"
        assert f"Couldn't listen on 127.0.0.1:{port}" in failing(code)


def test_tls_serves_https_and_wss_with_a_certificate_that_fits(tmp_path: Path) -> None:
    with served(tls=str(tmp_path)) as server:
        authority = tmp_path / "tls-certificate.pem"
        with encrypted(server.connect(), authority) as client:
            client.sendall(request("GET", "/seen", "Connection: close"))
            assert json.loads(read_answer(client)[2])["scheme"] == "https"
        with encrypted(server.connect(), authority) as client:
            upgrade(client, "/secure")
            assert read_frame(client) == (1, b"wss")
        with server.memory_rise() as rise, encrypted(server.connect(), authority) as client:
            client.sendall(request("GET", "/flood?mb=100"))
            assert is_cut(client, 5)
    assert rise[0] < 20


def test_certificate_is_private_and_kept_until_a_name_is_missing(tmp_path: Path) -> None:
    first = self_signed(tmp_path)
    key = first.key.read_bytes()
    assert [stat.S_IMODE(path.stat().st_mode) for path in first] == [0o600, 0o600]
    assert self_signed(tmp_path).key.read_bytes() == key
    assert self_signed(tmp_path, ["studio.example"]).key.read_bytes() != key
