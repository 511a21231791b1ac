"""A provider with OpenAI's paths over real HTTP that fails on demand and writes a log of what it bills.

`python -m tests.fakes.provider` serves it on its own: the model's name chooses the scenario.
"""

from __future__ import annotations

import argparse
import asyncio
import email.policy
import json
import os
import queue
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

REASONS = {200: "OK", 401: "Unauthorized", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass
class Seen:
    """One request as it arrived, and whether the client left before the answer was whole."""

    number: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    left: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    """Set after either."""

    @cached_property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body) if self.body else {}

    @property
    def parts(self) -> list[tuple[str, str, bytes]]:
        """(name, file name, content) of each part of a form."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        form = email.message_from_bytes(head + self.body, policy=email.policy.HTTP)
        return [
            (
                str(part.get_param("name", header="content-disposition")),
                part.get_filename() or "",
                part.get_payload(decode=True),
            )
            for part in form.iter_parts()
        ]

    @property
    def form(self) -> list[tuple[str, str]]:
        """The text fields of a form, in order."""
        return [(name, content.decode()) for name, file, content in self.parts if not file]

    @property
    def asked(self) -> dict[str, Any]:
        """The fields, whichever way they came; none of a body that has none."""
        if self.headers.get("content-type", "").startswith("multipart/"):
            return dict(self.form)
        return self.json if self.body.startswith(b"{") else {}


class Exchange:
    """The answering side of one request; scenarios drive it."""

    def __init__(
        self, provider: Provider, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.provider = provider
        self.seen = seen
        self.keep = True
        self._reader = reader
        self._writer = writer

    async def head(self, status: int = 200, **headers: str) -> None:
        """Status line and headers; the body follows in chunks unless a content-length is given."""
        lines = {name.replace("_", "-"): value for name, value in headers.items()}
        if "content-length" not in lines:
            lines["transfer-encoding"] = "chunked"
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        await self.raw(f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}\r\n{text}\r\n".encode())

    async def raw(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def chunk(self, data: bytes) -> None:
        await self.raw(b"%x\r\n%b\r\n" % (len(data), data))

    async def end(self) -> None:
        await self.raw(b"0\r\n\r\n")

    async def reply(
        self, status: int, body: bytes, media_type: str = "application/json", **headers: str
    ) -> None:
        await self.head(status, content_type=media_type, content_length=str(len(body)), **headers)
        await self.raw(body)

    async def silence(self) -> None:
        """Say nothing until the client gives up."""
        while await self._reader.read(65536):
            pass
        raise ConnectionResetError

    def reset(self) -> None:
        """Cut the connection with a RST."""
        self.keep = False
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self._writer.transport.abort()

    def drop(self) -> None:
        """Close politely in the middle of the body."""
        self.keep = False
        self._writer.close()

    def bill(self) -> None:
        """Write, durably, what this request is charged; at the moment a provider would."""
        asked = self.seen.asked
        self.provider.book(
            {
                "request": self.seen.number,
                "model": asked.get("model"),
                "characters": len(asked.get("input", "")),
            }
        )


Scenario = Callable[[Exchange], Awaitable[None]]


class Provider:
    """The server in a thread of its own; use as a context manager. `url` ends in /v1."""

    def __init__(
        self,
        scenarios: Callable[[str], Scenario],
        bills: Path | None = None,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.requests: list[Seen] = []
        self.connections = 0
        self.canary_hits = 0
        self.bill_file = bills or Path(tempfile.mkstemp(prefix="bills-", suffix=".jsonl")[1])
        self.port = port
        self._scenarios = scenarios
        self._scripts: dict[str, list[Scenario]] = {}
        self._arrived: queue.Queue[Seen] = queue.Queue()
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def script(self, name: str, *scenarios: Scenario) -> None:
        """What requests for the model `name`, or for a path that ends in it, get one after the other; the
        last one stays."""
        self._scripts[name] = list(scenarios)

    def arrival(self, timeout: float = 5) -> Seen:
        """The next request that nobody has taken from here yet; blocks, so await it in a thread."""
        return self._arrived.get(timeout=timeout)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    @property
    def bills(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.bill_file.read_text().splitlines()]

    def book(self, line: dict[str, Any]) -> None:
        with self.bill_file.open("a") as log:
            log.write(json.dumps(line) + "\n")
            log.flush()
            os.fsync(log.fileno())

    def __enter__(self) -> Provider:
        self.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.stop()

    def start(self) -> None:
        self._thread.start()
        self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _open(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, ssl=self._tls)
        self._canary = await asyncio.start_server(self._caught, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.canary_url = f"http://127.0.0.1:{self._canary.sockets[0].getsockname()[1]}/canary"

    async def _close(self) -> None:
        self._server.close()
        self._canary.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _caught(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.canary_hits += 1
        writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            number = self.connections
            while await self._answer(reader, writer, number):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            with suppress(ConnectionError, RuntimeError):
                writer.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.rstrip().split("\r\n")
        method, path, _ = line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in fields)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        seen = Seen(len(self.requests) + 1, method, path, headers, body, connection)
        self.requests.append(seen)
        self._arrived.put(seen)
        exchange = Exchange(self, seen, reader, writer)
        try:
            await self._scenario(seen)(exchange)
            seen.finished.set()
        except ConnectionError:
            seen.left.set()
            raise
        finally:
            seen.over.set()
        return exchange.keep

    def _scenario(self, seen: Seen) -> Scenario:
        last = seen.path.rpartition("/")[2]
        name = seen.asked.get("model", "") if seen.method == "POST" else last
        waiting = self._scripts.get(name) or self._scripts.get(last)
        if not waiting:
            return self._scenarios(name)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


def serve(about: str | None, answering: Callable[[float], Scenario], path: str = "/v1") -> None:
    """Serve a vendor's fake on its own until it is killed, and print its base URL, which ends with `path`.

    `answering` makes its scenario from the seconds that it waits before each piece of an answer.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--bills", type=Path)
    options = parser.parse_args()
    scenario = answering(options.delay)
    with Provider(lambda name: scenario, options.bills, port=options.port) as provider:
        print(provider.url.removesuffix("/v1") + path, flush=True)
        threading.Event().wait()


def main() -> None:
    from tests.fakes.scenarios import named  # noqa: PLC0415 - scenarios are written in terms of this module

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--bills", type=Path)
    options = parser.parse_args()
    with Provider(named, options.bills, port=options.port) as provider:
        print(provider.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
