"""Callers in a process of their own: keep-alive connections that ask again as soon as they were answered.

`python -m tests.benchmarks.callers` reads what to ask as JSON on its command line and leaves, as JSON in a
file, how long it took, and for each answer the seconds to its first byte of body and to its end.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import httptools
import uvloop

from tests.benchmarks.processes import ROOT, Facts


@dataclass
class Tally:
    """What all callers of a round have seen."""

    until: float
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    failures: int = 0


class Caller(asyncio.Protocol):
    """One connection; `done` is set when the time is over or the server hung up."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self.request = request
        self.tally = tally
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.tally.failures += 1
            self.done.set_result(None)

    def ask(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.heard = 0.0
        self.asked = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        if not self.heard:
            self.heard = time.perf_counter()
            self.tally.first.append(self.heard - self.asked)

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self.tally.whole.append(now - self.asked)
        self.tally.failures += self.parser.get_status_code() != 200
        if now < self.tally.until:
            self.ask()
        elif not self.done.done():
            self.done.set_result(None)
            self.transport.close()


def call(
    port: int,
    path: str,
    body: Facts,
    *,
    environment: dict[str, str],
    key: str = "",
    callers: int = 32,
    seconds: float,
) -> Facts:
    """A round from a process of its own: `seconds`, `first`, `whole`, `failures`."""
    with NamedTemporaryFile() as told:
        asked = {"port": port, "path": path, "body": body, "key": key, "callers": callers, "seconds": seconds}
        command = [sys.executable, "-m", "tests.benchmarks.callers", told.name, json.dumps(asked)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        return json.load(told)


async def all_ask(asked: Facts) -> Facts:
    content = json.dumps(asked["body"]).encode()
    head = (
        f"POST {asked['path']} HTTP/1.1\r\nHost: 127.0.0.1:{asked['port']}\r\n"
        f"Authorization: Bearer {asked['key']}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    request = head.encode() + content
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    tally = Tally(began + asked["seconds"])
    made = [
        await loop.create_connection(lambda: Caller(request, tally), "127.0.0.1", asked["port"])
        for _ in range(asked["callers"])
    ]
    await asyncio.gather(*(caller.done for _, caller in made))
    elapsed = time.perf_counter() - began
    return {"seconds": elapsed, "first": tally.first, "whole": tally.whole, "failures": tally.failures}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(uvloop.run(all_ask(json.loads(sys.argv[2])))))
