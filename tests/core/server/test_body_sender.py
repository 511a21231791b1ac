"""A long body is received from somebody who is known, on both servers."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from tests.core.server.processes import MIB, ServerProcess, read_response, request

CHUNKED = "Transfer-Encoding: chunked"
LENGTH = f"Content-Length: {20 * MIB}"


def files_of(server: ServerProcess) -> list[str]:
    """Deleted files that the process still has open, which is what a spooled body is."""
    targets = []
    for link in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            targets.append(os.readlink(link))
    return [target for target in targets if target.endswith("(deleted)")]


@pytest.mark.parametrize("framing", [LENGTH, CHUNKED])
def test_a_long_body_of_a_stranger_is_refused_before_it_is_sent(
    either_server: ServerProcess, framing: str
) -> None:
    before = files_of(either_server)
    with either_server.connect() as client:
        client.sendall(request("POST", "/api/v1/guarded/count", framing))
        status, headers, body = read_response(client)
        assert (status, headers["connection"]) == (401, "close")
        assert json.loads(body)["error"]["metadata"] == {"error_type": "authentication"}
        assert len(files_of(either_server)) <= len(before) + (framing == LENGTH)


def test_a_long_body_of_somebody_known_is_received(either_server: ServerProcess) -> None:
    with either_server.connect() as client:
        known = ("Authorization: Bearer alice", "Connection: close", f"Content-Length: {MIB}")
        client.sendall(request("POST", "/api/v1/guarded/count", *known) + bytes(MIB))
        status, _, body = read_response(client)
    assert (status, json.loads(body)["total"]) == (200, MIB)


def test_the_sender_of_a_body_that_came_with_its_headers_is_found(either_server: ServerProcess) -> None:
    with either_server.connect() as client:
        chunks = b"5\r\nhello\r\n0\r\n\r\n"
        known = ("Authorization: Bearer alice", "Connection: close", CHUNKED)
        client.sendall(request("POST", "/api/v1/guarded/count", *known) + chunks)
        status, _, body = read_response(client)
    assert (status, json.loads(body)["total"]) == (200, 5)
    assert "Traceback" not in either_server.errors()


@pytest.mark.parametrize("size", [5, 60_000])
def test_a_short_body_reaches_the_application(either_server: ServerProcess, size: int) -> None:
    with either_server.connect() as client:
        sent = request("POST", "/api/v1/guarded/count", "Connection: close", f"Content-Length: {size}")
        client.sendall(sent + bytes(size))
        status, _, body = read_response(client)
    assert (status, json.loads(body)["total"]) == (200, size)
