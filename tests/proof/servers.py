"""Server processes of a proof, several of them on one database."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
END_SECONDS = 45.0


@dataclass
class Server:
    """One process."""

    process: subprocess.Popen[str]
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> None:
        """Return when it answers; starts its background work."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise RuntimeError("a server did not start")
        self.port = json.loads(line)["port"]
        httpx.get(f"{self.url}/readyz", timeout=30, trust_env=False).raise_for_status()

    def is_ready(self) -> bool:
        """What /readyz says."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=15, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def terminate(self) -> None:
        """As an operator does; returns at once."""
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> bool:
        """Wait until it has ended after SIGTERM; whether it did."""
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True


@dataclass
class Group:
    """Servers that share a database; `url()` names one after the other."""

    servers: list[Server] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turn = cycle(self.servers)

    def url(self) -> str:
        return next(self._turn).url


@contextmanager
def serve(kind: str, environments: list[dict[str, str]], log: Path) -> Iterator[Group]:
    """A process of `kind` (uvicorn, daphne) in each environment; ended with the block."""
    with log.open("a") as errors:
        started = [Server(launch(kind, environment, errors)) for environment in environments]
        try:
            for server in started:
                server.wait_until_ready()
            yield Group(started)
            for server in started:
                if server.process.poll() is None:
                    server.terminate()
            for server in started:
                server.end()
        finally:
            for server in started:
                server.process.kill()
                server.process.wait()
                for end in (server.process.stdin, server.process.stdout):
                    if end is not None:
                        end.close()


def launch(kind: str, environment: dict[str, str], errors: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.proof.server", kind]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
