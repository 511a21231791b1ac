"""What strangers and slow readers cost the server's memory, through the whole program.

A 50 MB upload to any address without a login, declared or chunked: less than 30 MB. Five clients that never
read an answer of 300 MB, a stored file or sound being made: less than 20 MB, and they are cut after the
stall limit, which is short here.
"""

from __future__ import annotations

import json
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import chain
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.installation import MODEL, furnished
from tests.benchmarks.processes import Running, introduce, running, surroundings
from tests.benchmarks.program import playground
from tests.benchmarks.verdict import Verdict
from tests.core.server.processes import is_reset

MB = 1_000_000
UPLOAD, BLOCK = 50 * MB, bytes(64 * 1024)
ADDRESSES = (
    "/",
    "/accounts/login/",
    "/models/local/espeak-ng",
    "/uploads/",
    "/api/v1/audio/speech",
    "/nowhere",
)
READERS, STALL, GRACE = 5, 3, 10.0
UPLOAD_MB, READERS_MB = 30.0, 20.0

T = TypeVar("T")


def main() -> None:
    introduce("daphne", "django", "starlette")
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        environment = surroundings(folder, STALL_SECONDS=str(STALL))
        provider = running("-m", "tests.benchmarks.upstream", environment=environment)
        upstream = stack.enter_context(provider)
        furniture = furnished(f"http://127.0.0.1:{upstream.facts['port']}", environment)
        server = stack.enter_context(playground(environment))
        for address in ADDRESSES:
            for sending in (declared, chunked):
                rise, answer = watched(server, lambda a=address, s=sending: upload(server, a, s))
                name = f"50 MB to {address}, {sending.__name__}, answered {answer}"
                verdict.at_most(name, rise, UPLOAD_MB, " MB")
        cookie = f"Cookie: sessionid={furniture['sessions'][0]}"
        file = request("GET", furniture["large"], "Accept: */*", cookie)
        for name, ask in (("a file", file), ("sound being made", speech(furniture["key"]))):
            rise, seconds = watched(server, lambda ask=ask: stalled(server, ask))
            verdict.at_most(f"{READERS} clients that never read {name}", rise, READERS_MB, " MB")
            verdict.at_most(f"the last of them cut, limit {STALL} s, after", seconds, STALL + GRACE, " s")
    verdict.end()


def watched(server: Running, work: Callable[[], T]) -> tuple[float, T]:
    """By how many megabytes the server's peak during `work` exceeds what it held before, and its outcome."""
    before = server.memory("VmRSS")
    server.forget_peak()
    outcome = work()
    return max(0.0, server.memory("VmHWM") - before) * 1024 * 1024 / MB, outcome


def upload(server: Running, address: str, sending: Callable[[], tuple[str, Iterator[bytes]]]) -> str:
    """Send as much as the server takes; the status it answers with."""
    length, body = sending()
    with socket.create_connection(("127.0.0.1", server.facts["port"]), timeout=30) as client:
        kinds = "Content-Type: application/json" if "/api/" in address else "Content-Type: text/plain"
        with suppress(ConnectionError):
            client.sendall(request("POST", address, "Connection: close", kinds, length))
            for piece in body:
                client.sendall(piece)
        with suppress(ConnectionError):
            return client.recv(4096)[9:12].decode() or "by closing"
        return "by a reset"


def declared() -> tuple[str, Iterator[bytes]]:
    return f"Content-Length: {UPLOAD}", (
        BLOCK[: min(len(BLOCK), UPLOAD - at)] for at in range(0, UPLOAD, len(BLOCK))
    )


def chunked() -> tuple[str, Iterator[bytes]]:
    pieces = (b"%x\r\n%b\r\n" % (len(BLOCK), BLOCK) for _ in range(UPLOAD // len(BLOCK)))
    return "Transfer-Encoding: chunked", chain(pieces, [b"0\r\n\r\n"])


def request(method: str, address: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {address} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()


def speech(key: str) -> bytes:
    content = json.dumps({"model": MODEL, "input": "Endless"})
    headers = (
        "Content-Type: application/json",
        f"Authorization: Bearer {key}",
        f"Content-Length: {len(content)}",
    )
    return request("POST", "/api/v1/audio/speech", *headers) + content.encode()


def stalled(server: Running, ask: bytes) -> float:
    """Ask and never read; seconds until the last client is cut off, far beyond the limit if one never is."""
    began = time.monotonic()
    with ExitStack() as stack:
        clients = []
        for _ in range(READERS):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            client.connect(("127.0.0.1", server.facts["port"]))
            client.sendall(ask)
            assert client.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"
            clients.append(client)
        cut = all(is_reset(client, began + STALL + GRACE - time.monotonic()) for client in clients)
    return time.monotonic() - began if cut else float("inf")


if __name__ == "__main__":
    main()
