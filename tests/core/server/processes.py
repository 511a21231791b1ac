"""A server process for the tests, and clients of plain sockets that can misbehave."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[3]
MIB = 1024 * 1024


class ServerProcess:
    """One running server process."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self.process = process
        self.port = 0
        self._errors = errors

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def get(self, target: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
        with self.connect() as client:
            client.sendall(request("GET", target, "Connection: close", *headers))
            return read_response(client)

    def marks(self) -> list[str]:
        return json.loads(self.get("/marks")[2])

    def wait_for_mark(self, mark: str, seconds: float = 10) -> None:
        wait_until(lambda: mark in self.marks(), seconds)

    def errors(self) -> str:
        """What the process has written to standard error."""
        self._errors.seek(0)
        return self._errors.read()

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def read_fact(self) -> dict[str, Any]:
        """The next line the process prints; empty when it has ended."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        return json.loads(line) if line else {}

    @contextmanager
    def memory_rise(self) -> Iterator[list[float]]:
        """Megabytes by which the process's peak exceeds what it held before."""
        rise: list[float] = []
        before = self._memory("VmRSS")
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        yield rise
        rise.append(self._memory("VmHWM") - before)

    def _memory(self, field: str) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        raise LookupError(field)


@contextmanager
def start_server(**options: Any) -> Iterator[ServerProcess]:
    """A server for `tests.core.server.application` with small limits, on a free port."""
    limits = {"stall_seconds": 1.0, "check_seconds": 0.2, "drain_seconds": 8.0, **options.pop("limits", {})}
    command = [
        sys.executable,
        "-m",
        "tests.core.server.application",
        json.dumps({"limits": limits, **options}),
    ]
    environment = {
        **os.environ,
        "PYTHONWARNINGS": "default",
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "STALL_SECONDS": str(int(limits["stall_seconds"])),
    }
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        running = ServerProcess(process, errors)
        try:
            running.port = running.read_fact()["port"]
            yield running
        finally:
            process.kill()
            sys.stderr.write(running.errors())  # pytest shows it where a test fails


def stderr_of(code: str) -> str:
    """What Python code prints to standard error when it fails in a process of its own."""
    command = [sys.executable, "-c", code]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert outcome.returncode == 1
    return outcome.stderr


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.05)


def request(method: str, target: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: testserver", *headers, "", ""]).encode(
        "latin-1"
    )


def read_response(client: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and everything up to the end of the connection, as sent."""
    received = read_all(client)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


def read_all(client: socket.socket) -> bytes:
    chunks = []
    while chunk := client.recv(MIB):
        chunks.append(chunk)
    return b"".join(chunks)


def is_reset(client: socket.socket, seconds: float) -> bool:
    """Whether the server reset the connection; what was sent before is left unread."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or not _established(client):
            return True
        time.sleep(0.05)
    return False


def _established(client: socket.socket) -> bool:
    return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1


def upgrade(client: socket.socket, target: str) -> None:
    """The opening handshake, accepted."""
    head = request_upgrade(client, target)
    assert head.startswith(b"HTTP/1.1 101 "), head


def request_upgrade(client: socket.socket, target: str, *headers: str) -> bytes:
    """The opening handshake; the head of the answer, whatever it is."""
    key = base64.b64encode(os.urandom(16)).decode()
    wanted = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    client.sendall(request("GET", target, *wanted, f"Sec-WebSocket-Key: {key}", *headers))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        assert byte, head
        head += byte
    return head


def frame(payload: bytes, opcode: int = 1) -> bytes:
    """One masked frame; the mask is zeros, which changes nothing."""
    size = len(payload)
    if size < 126:
        length = struct.pack("!B", 0x80 | size)
    elif size < 65536:
        length = struct.pack("!BH", 0x80 | 126, size)
    else:
        length = struct.pack("!BQ", 0x80 | 127, size)
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


def read_frame(client: socket.socket) -> tuple[int, bytes]:
    """Opcode and payload of the next frame from the server."""
    opcode, size = read_exactly(client, 2)
    if size == 126:
        (size,) = struct.unpack("!H", read_exactly(client, 2))
    elif size == 127:
        (size,) = struct.unpack("!Q", read_exactly(client, 8))
    return opcode & 15, read_exactly(client, size)


def read_close(client: socket.socket) -> tuple[int, str]:
    """Code and reason of the close frame, after whatever comes before it."""
    while True:
        opcode, payload = read_frame(client)
        if opcode == 8:
            return struct.unpack("!H", payload[:2])[0], payload[2:].decode()


def read_exactly(client: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        chunk = client.recv(size - len(received))
        assert chunk, "the server closed the connection"
        received += chunk
    return received


def wrap_tls(client: socket.socket, authority: Path) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(authority))
    return context.wrap_socket(client, server_hostname="localhost")
