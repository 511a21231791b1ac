"""Requests that servers read differently are refused by both, over real connections."""

from __future__ import annotations

import json
import socket
import time

import pytest

from tests.core.server.processes import ServerProcess, read_all, request, request_upgrade

POST = request("POST", "/api/v1/count")[:-2]
CHUNKED = b"Transfer-Encoding: chunked\r\n"
LAST_CHUNK = b"\r\n0\r\n\r\n"

MALFORMED = {
    "folded header": request("GET", "/scope", "X-A: a", " b"),
    "folded first header": b"GET /scope HTTP/1.1\r\n Host: testserver\r\n\r\n",
    "chunked twice": POST + CHUNKED + CHUNKED + LAST_CHUNK,
    "chunked in a list": POST + b"Transfer-Encoding: chunked, chunked\r\n" + LAST_CHUNK,
    "chunked after another": POST + b"Transfer-Encoding: gzip, chunked\r\n" + LAST_CHUNK,
    "nearly chunked": POST + b"Transfer-Encoding: xchunked\r\n" + LAST_CHUNK,
    "chunked after a control character": POST + b"Transfer-Encoding: \x0bchunked\r\n" + LAST_CHUNK,
    "empty encoding": POST + b"Transfer-Encoding:\r\n\r\nhello",
    "identity": POST + b"Transfer-Encoding: identity\r\n\r\nhello",
    "identity with a length": POST + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello",
    "identity and chunked": POST + b"Transfer-Encoding: identity\r\n" + CHUNKED + LAST_CHUNK,
    "chunked with a length": POST + CHUNKED + b"Content-Length: 5\r\n" + LAST_CHUNK,
    "chunked in HTTP/1.0": POST.replace(b"1.1", b"1.0") + CHUNKED + LAST_CHUNK,
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a length with a sign": POST + b"Content-Length: +5\r\n\r\nhello",
    "a length of 5,000 digits": POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhello",
    "bare line feeds": b"GET /scope HTTP/1.1\nHost: testserver\n\n",
    "a bare line feed in a header": request("GET", "/scope", "X-A: a\nX-B: b"),
    "a bare carriage return": request("GET", "/scope", "X-A: a\rX-B: b"),
    "a bare line feed in a chunk": POST + CHUNKED + b"\r\n5\nhello\n0\n\n",
    "a bare line feed in an extension": POST + CHUNKED + b"\r\n5;a\nb\r\nhello\r\n0\r\n\r\n",
    "a size in another notation": POST + CHUNKED + b"\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "NUL in a header": request("GET", "/scope", "X-A: a\0b"),
    "a control character in a header": request("GET", "/scope", "X-A: a\x01b"),
    "DEL in a header": request("GET", "/scope", "X-A: a\x7fb"),
    "a control character in the address": request("GET", "/sc\x01ope"),
    "DEL in the address": request("GET", "/scope?\x7f"),
    "a blank behind a name": request("GET", "/scope", "X-A : a"),
    "no Host": b"GET /scope HTTP/1.1\r\n\r\n",
    "two Hosts": request("GET", "/scope", "Host: testserver"),
    "NUL in the path": request("GET", "/scope%00/scope"),
    "NUL in the query": request("GET", "/scope?q=%00"),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_request_is_refused_and_the_connection_closed(
    either_server: ServerProcess, data: bytes
) -> None:
    with either_server.connect() as client:
        client.sendall(data + request("GET", "/marks"))
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    ("target", "param"),
    [("/scope?q=a%00b", "q"), ("/scope?a=1&q=%00", "q"), ("/scope?%00=1", None), ("/scope%00?q=1", None)],
)
def test_a_nul_is_refused_with_the_name_of_its_parameter(
    either_server: ServerProcess, target: str, param: str | None
) -> None:
    status, _, body = either_server.get(target)
    assert (status, json.loads(body)["error"]["param"]) == (400, param)


def test_http_1_0_needs_no_host(either_server: ServerProcess) -> None:
    with either_server.connect() as client:
        client.sendall(b"GET /scope HTTP/1.0\r\n\r\n")
        assert read_all(client).split(b" ", 2)[1] == b"200"


def test_a_malformed_request_in_pieces_is_refused(either_server: ServerProcess) -> None:
    with either_server.connect() as client:
        for byte in b"GET /scope HTTP/1.1\r\nHost: testserver\r\nX-A: a\n":
            client.sendall(bytes([byte]))
        assert read_all(client).startswith(b"HTTP/1.1 400 ")


def test_lines_whose_end_comes_in_two_pieces_are_well_formed(either_server: ServerProcess) -> None:
    head = request("POST", "/api/v1/count", "Connection: close", "Transfer-Encoding: chunked")
    with either_server.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        first, *others = (head + b"5\r\nhello\r\n0\r\n\r\n").split(b"\n")
        client.sendall(first)
        for piece in others:
            time.sleep(0.01)
            client.sendall(b"\n" + piece)
        assert b'{"total": 5, "longest": 5}' in read_all(client)


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_methods_that_repeat_a_request_are_refused(either_server: ServerProcess, method: str) -> None:
    with either_server.connect() as client:
        client.sendall(request(method, "/scope", "Cookie: sessionid=secret"))
        answer = read_all(client)
    # the parser of uvicorn does not know TRACK, and takes a path for no target of CONNECT
    statuses = (b"HTTP/1.1 405 ",) if method == "TRACE" else (b"HTTP/1.1 405 ", b"HTTP/1.1 400 ")
    assert answer.startswith(statuses)
    assert b"secret" not in answer


ODD_ORIGINS = [
    "http://[::1",
    "http://]",
    "http://x:99999999",
    "http://x:port",
    "javascript:1",
    "",
    "é",
]


@pytest.mark.parametrize("origin", ODD_ORIGINS)
def test_an_origin_that_is_no_url_is_rejected_without_a_traceback(
    either_server: ServerProcess, origin: str
) -> None:
    with either_server.connect() as client:
        assert request_upgrade(client, "/reject", f"Origin: {origin}").startswith(b"HTTP/1.1 403 ")
        read_all(client)
    either_server.marks()
    assert "Traceback" not in either_server.errors()
