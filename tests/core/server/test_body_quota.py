"""Bodies over the quota are refused while honest callers are not disturbed, on both servers."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from tests.core.server.processes import MIB, ServerProcess, read_response, request, start_server, wait_until
from tests.core.server.test_body_sender import files_of

CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def small_server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """Takes 6 MiB at a time, 4 of one caller."""
    limits = {"linger_seconds": 0.5, "disconnect_seconds": 0.3}
    quota = {"most": 6 * MIB, "most_per_caller": 4 * MIB}
    with start_server(server=request.param, limits=limits, quota=quota) as running:
        yield running


def head(caller: str, target: str, framing: str) -> bytes:
    bearer = f"Authorization: Bearer {caller}"
    return request("POST", f"/api/v1/guarded/{target}", bearer, framing, "Connection: close")


def length(megabytes: int) -> str:
    return f"Content-Length: {megabytes * MIB}"


@contextmanager
def held(server: ServerProcess, caller: str, megabytes: int) -> Iterator[socket.socket]:
    """A body that has arrived but for its last byte."""
    with server.connect() as client:
        client.sendall(head(caller, "count", length(megabytes)) + bytes(megabytes * MIB - 1))
        yield client
        client.sendall(b"x")
        assert read_response(client)[0] == 200


def send(server: ServerProcess, caller: str, megabytes: int) -> httpx.Response:
    """All of the body, and what comes back, as a client of everyday does it."""
    url = f"http://127.0.0.1:{server.port}/api/v1/guarded/count"
    headers = {"Authorization": f"Bearer {caller}"}
    return httpx.post(url, content=bytes(megabytes * MIB), headers=headers, trust_env=False)


def test_who_is_over_gets_429_and_others_are_answered(small_server: ServerProcess) -> None:
    with held(small_server, "alice", 3):
        refused = send(small_server, "alice", 2)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
        assert refused.headers["connection"] == "close"
        assert refused.json()["error"]["message"] == "You are sending more than 4 MB at a time."
        assert send(small_server, "bob", 2).json()["total"] == 2 * MIB
    assert send(small_server, "alice", 4).json()["total"] == 4 * MIB


def test_when_all_are_over_anybody_gets_503(small_server: ServerProcess) -> None:
    with held(small_server, "alice", 3), held(small_server, "bob", 3):
        refused = send(small_server, "charlie", 1)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    assert refused.json()["error"]["metadata"]["provider_code"] == "storage_full"
    assert send(small_server, "charlie", 1).json()["total"] == MIB


@pytest.mark.parametrize(("caller", "status"), [("alice", 429), ("bob", 503)])
def test_a_body_in_chunks_is_refused_while_it_arrives(
    small_server: ServerProcess, caller: str, status: int
) -> None:
    before = len(files_of(small_server))
    with held(small_server, "alice", 3), small_server.connect() as client:
        client.sendall(head(caller, "count", CHUNKED))
        for _ in range(6):
            client.sendall(b"%x\r\n%b\r\n" % (MIB, bytes(MIB)))
        found, headers, body = read_response(client)
        assert (found, headers["retry-after"], headers["connection"]) == (status, "10", "close")
        assert json.loads(body)["error"]["code"] == status
    wait_until(lambda: len(files_of(small_server)) == before)


def leave_while_sending(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(head("alice", "count", length(3)) + bytes(MIB))


def leave_while_sending_in_chunks(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(head("alice", "count", CHUNKED) + b"%x\r\n%b\r\n" % (3 * MIB, bytes(3 * MIB)))


def leave_before_the_answer(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(head("alice", "leave", length(3)) + bytes(3 * MIB))


def break_the_chunks(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(head("alice", "count", CHUNKED) + b"%x\r\n%b\r\nxyz\r\n" % (3 * MIB, bytes(3 * MIB)))
        assert read_response(client)[0] == 400


def meet_an_error(server: ServerProcess) -> None:
    with server.connect() as client:
        client.sendall(head("alice", "no_response", length(3)) + bytes(3 * MIB))
        with suppress(ConnectionResetError):  # uvicorn leaves the body unread
            assert read_response(client)[0] == 500


WAYS_OUT = [
    leave_while_sending,
    leave_while_sending_in_chunks,
    leave_before_the_answer,
    break_the_chunks,
    meet_an_error,
]


@pytest.mark.parametrize("way_out", WAYS_OUT, ids=lambda way: way.__name__)
def test_bytes_are_given_back_on_every_way_out(small_server: ServerProcess, way_out) -> None:
    before = len(files_of(small_server))
    way_out(small_server)
    wait_until(lambda: send(small_server, "alice", 4).status_code == 200)
    with ExitStack() as both:  # nothing is given back twice
        both.enter_context(held(small_server, "alice", 4))
        assert send(small_server, "alice", 1).status_code == 429
    wait_until(lambda: len(files_of(small_server)) == before)
