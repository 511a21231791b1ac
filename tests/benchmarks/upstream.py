"""A provider that costs little: one clip for any POST, or as many chunks in real time as the text asks for.

`python -m tests.benchmarks.upstream --bills FILE` prints its port. The word `Endless` in the text brings
300 MB, `Chunks N` N chunks of 20 ms; everything else 4 KiB at once. A body with messages is a chat: one
answer, or `Deltas N every M` of them, one every M milliseconds on average, each saying when it was sent, and
filled up to S characters where `of S` follows; transcriptions are all the same. Requests under /v1 are
billed, a line each.

A streamed chat is what OpenAI sends: every event with its service tier and an `obfuscation` of random
letters and random length, one to three events in a segment, the usage in a chunk of its own at the end. A
request with `include_obfuscation: false` gets none.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import string
import sys
import time
from functools import partial
from itertools import cycle
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
DELTAS = re.compile(rb"Deltas (\d+) every (\d+)(?: of (\d+))?")
ABOUT = (
    b'"id":"chatcmpl-CZkQdW2n4yG0bUvXe1sTfJr8KoLqA","created":1795200000,"model":"bench-4o-2026-01-01",'
    b'"service_tier":"default","system_fingerprint":"fp_4a331a0222"'
)
USAGE = b'{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}'
DELTA = (
    b'data: {"object":"chat.completion.chunk",'
    + ABOUT
    + b',"choices":[{"index":0,"delta":%b,"logprobs":null,'
    b'"finish_reason":%b}],"usage":null%b}\n\n'
)
LAST_EVENTS = (
    b'data: {"object":"chat.completion.chunk",'
    + ABOUT
    + b',"choices":[],"usage":'
    + USAGE
    + b"%b}\n\ndata: [DONE]\n\n"
)
IN_A_SEGMENT = (1, 2, 1, 3, 1, 2)
"""How many events come in one segment, in turn."""
DRAWN = random.Random(7)
PADDINGS = [
    b',"obfuscation":"%b"' % "".join(DRAWN.choices(string.ascii_letters + string.digits, k=length)).encode()
    for length in (DRAWN.randint(1, 17) for _ in range(4096))
]
WHOLE = (
    b'{"object":"chat.completion",'
    + ABOUT
    + b',"choices":[{"index":0,"message":{"role":"assistant","content":'
    b'"Twelve words that say very little about a question nobody has asked.","refusal":null},"logprobs":null,'
    b'"finish_reason":"stop"}],"usage":' + USAGE + b"}"
)
HEARD = b'{"text":"Twelve words that say very little about a sound nobody has made."}'
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
EVENTS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def written(padded: bool, delta: bytes, finish: bytes) -> bytes:
    """One event of a streamed chat."""
    return DELTA % (delta, finish, DRAWN.choice(PADDINGS) if padded else b"")


class Provider(asyncio.Protocol):
    """One connection, kept alive; asked one thing at a time."""

    def __init__(self, bills: Any) -> None:
        self.bills = bills
        self.parser = httptools.HttpRequestParser(self)
        self.url, self.body = b"", bytearray()
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
        self.url, self.body = b"", bytearray()

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        if self.url.startswith(b"/v1/"):
            self.bills.write("1\n")
        if b"/transcriptions" in self.url:
            self.transport.write(JSON_HEAD % len(HEARD) + HEARD)
            return
        if b'"messages"' in self.body:
            self.chat()
            return
        head = HEAD % (b"pcm" if b'"pcm"' in self.body else b"mpeg")
        if b"Endless" in self.body:
            self.transport.write(head)
            self.task = asyncio.ensure_future(self.flood())
        elif found := CHUNKS.search(self.body):
            self.transport.write(head)
            self.task = asyncio.ensure_future(self.speak(int(found[1])))
        else:
            self.transport.write(head + CLIP * 4 + LAST)

    def chat(self) -> None:
        if found := DELTAS.search(self.body):
            self.transport.write(EVENTS_HEAD)
            count, period, size = (int(number or 0) for number in found.groups())
            self.task = asyncio.ensure_future(self.talk(count, period / 1000, size))
        else:
            self.transport.write(JSON_HEAD % len(WHOLE) + WHOLE)

    async def talk(self, deltas: int, period: float, size: int) -> None:
        padded = b'"include_obfuscation":false' not in self.body.replace(b" ", b"")
        event = partial(written, padded)
        self.chunk(event(b'{"role":"assistant","content":"","refusal":null}', b"null"))
        due, sent = time.perf_counter(), 0
        for together in cycle(IN_A_SEGMENT):
            together = min(together, deltas - sent)
            if not together:
                break
            said = [
                b'{"content":"%b"}' % (b"%.6f" % time.perf_counter()).ljust(size) for _ in range(together)
            ]
            self.chunk(b"".join(event(delta, b"null") for delta in said))
            sent += together
            due += period * together
            await self.room.wait()
            await asyncio.sleep(due - time.perf_counter())
        self.chunk(event(b"{}", b'"stop"') + LAST_EVENTS % (DRAWN.choice(PADDINGS) if padded else b""))
        self.transport.write(LAST)

    def chunk(self, data: bytes) -> None:
        """One HTTP chunk, sent at once: one segment."""
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    async def speak(self, chunks: int) -> None:
        for _ in range(chunks):
            self.chunk(PIECE)
            await asyncio.sleep(PERIOD)
        self.transport.write(LAST)

    async def flood(self) -> None:
        for _ in range(ENDLESS // BLOCK):
            await self.room.wait()
            self.chunk(bytes(BLOCK))
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
