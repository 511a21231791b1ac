"""Listeners in a process of their own: streamed chats whose deltas say when they were sent.

`python -m tests.benchmarks.listeners` reads what to ask as JSON on its command line and leaves, as JSON in a
file, for each stream the seconds to its first delta and how late each delta was, in seconds since the
provider wrote it: the clock is one for all processes of a machine.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import httptools
import uvloop

from tests.benchmarks.processes import ROOT, Facts

SAID = re.compile(rb'"content":"(\d+\.\d+)"')
DONE = b"data: [DONE]"
LONGEST = 120.0


class Listener(asyncio.Protocol):
    """One stream on one connection; `done` is set when it has ended or broken."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.late: list[float] = []
        self.first = 0.0
        self.whole = False
        self.held = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.parser = httptools.HttpResponseParser(self)
        self.asked = time.perf_counter()
        transport.write(self.request)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        now = time.perf_counter()
        *frames, self.held = (self.held + body).split(b"\n\n")
        for frame in frames:
            if said := SAID.search(frame):
                self.first = self.first or now - self.asked
                self.late.append(now - float(said[1]))
            elif frame.startswith(DONE):
                self.whole = True

    def on_message_complete(self) -> None:
        self.transport.close()


def listen(
    port: int,
    path: str,
    body: Facts,
    *,
    environment: dict[str, str],
    key: str = "",
    streams: int,
    over: float = 0.0,
) -> Facts:
    """A round from a process of its own, the streams begun `over` so many seconds: `first` of each stream,
    `late` of all deltas, `counts`, `failures`."""
    with NamedTemporaryFile() as told:
        asked = {"port": port, "path": path, "body": body, "key": key, "streams": streams, "over": over}
        command = [sys.executable, "-m", "tests.benchmarks.listeners", told.name, json.dumps(asked)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        return json.load(told)


async def all_listen(asked: Facts) -> Facts:
    content = json.dumps(asked["body"]).encode()
    head = (
        f"POST {asked['path']} HTTP/1.1\r\nHost: 127.0.0.1:{asked['port']}\r\n"
        f"Authorization: Bearer {asked['key']}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    request, listeners = head.encode() + content, []
    for _ in range(asked["streams"]):
        _, listener = await loop.create_connection(lambda: Listener(request), "127.0.0.1", asked["port"])
        listeners.append(listener)
        await asyncio.sleep(asked["over"] / asked["streams"])
    await asyncio.wait([listener.done for listener in listeners], timeout=LONGEST)
    return {
        "first": [listener.first for listener in listeners if listener.first],
        "late": [late for listener in listeners for late in listener.late],
        "counts": [len(listener.late) for listener in listeners],
        "failures": sum(not listener.whole for listener in listeners),
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(uvloop.run(all_listen(json.loads(sys.argv[2])))))
