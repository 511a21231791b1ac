"""A provider that costs little: one clip for any POST, or as many chunks in real time as the text asks for.

`python -m tests.benchmarks.upstream --bills FILE` prints its port. The word `Endless` in the text brings
300 MB, `Chunks N` N chunks of 20 ms; everything else 4 KiB at once. Requests under /v1 are billed, a line
each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from typing import Any

import httptools
import uvloop

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: audio/%b\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"
CLIP = b"400\r\n" + bytes(1024) + b"\r\n"
PIECE = bytes(960)
"""20 ms of 16-bit samples at 24 kHz."""
PERIOD = 0.02
BLOCK = 64 * 1024
ENDLESS = 300 * 1024 * 1024
CHUNKS = re.compile(rb"Chunks (\d+)")


class Provider(asyncio.Protocol):
    """One connection, kept alive; asked one thing at a time."""

    def __init__(self, bills: Any) -> None:
        self.bills = bills
        self.parser = httptools.HttpRequestParser(self)
        self.url = self.body = b""
        self.task: asyncio.Task[None] | None = None
        self.room = asyncio.Event()
        self.room.set()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()

    def pause_writing(self) -> None:
        self.room.clear()

    def resume_writing(self) -> None:
        self.room.set()

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_begin(self) -> None:
        self.url = self.body = b""

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        if self.url.startswith(b"/v1/"):
            self.bills.write("1\n")
        head = HEAD % (b"pcm" if b'"pcm"' in self.body else b"mpeg")
        if b"Endless" in self.body:
            self.transport.write(head)
            self.task = asyncio.ensure_future(self.flood())
        elif found := CHUNKS.search(self.body):
            self.transport.write(head)
            self.task = asyncio.ensure_future(self.speak(int(found[1])))
        else:
            self.transport.write(head + CLIP * 4 + LAST)

    async def speak(self, chunks: int) -> None:
        for _ in range(chunks):
            self.transport.write(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
            await asyncio.sleep(PERIOD)
        self.transport.write(LAST)

    async def flood(self) -> None:
        for _ in range(ENDLESS // BLOCK):
            await self.room.wait()
            self.transport.write(b"%x\r\n%b\r\n" % (BLOCK, bytes(BLOCK)))
        self.transport.write(LAST)


async def serve(path: str) -> None:
    with open(path, "a", buffering=1) as bills:  # noqa: ASYNC230 - nothing else runs here
        server = await asyncio.get_running_loop().create_server(lambda: Provider(bills), "127.0.0.1", 0)
        print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bills", default="/dev/null")
    sys.exit(uvloop.run(serve(parser.parse_args().bills)))


if __name__ == "__main__":
    main()
