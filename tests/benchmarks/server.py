"""The measured server, ours and a bare relay in one process: `python -m tests.benchmarks.server NAME`.

`/bare`, anywhere in a path, forwards bytes with an aiohttp client and parses nothing: a POST over HTTP, a
query string over a websocket. Everything else is the whole program.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

import aiohttp
import uvicorn

from core.server.uvicorn_protocol import Protocol
from tests.benchmarks.processes import Running, running

SERVERS = ("uvicorn", "daphne")
UPSTREAM = os.environ.get("BENCH_UPSTREAM", "")


@contextmanager
def serving(name: str, environment: dict[str, str]) -> Iterator[Running]:
    """The server called `name` with its `port`; `BENCH_UPSTREAM` tells the bare relay where to ask."""
    with running("-m", "tests.benchmarks.server", name, environment=environment) as process:
        yield process


class Bare:
    """Bytes in, bytes out."""

    def __init__(self) -> None:
        self.client: aiohttp.ClientSession | None = None

    def ask(self, body: bytes) -> Any:
        if self.client is None:
            self.client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1000))
        return self.client.post(UPSTREAM, data=body)

    async def http(self, receive: Any, send: Any) -> None:
        pieces, more = [], True
        while more:
            message = await receive()
            pieces.append(message.get("body", b""))
            more = message.get("more_body")
        async with self.ask(b"".join(pieces)) as answer:
            headers = [(b"content-type", answer.headers["content-type"].encode())]
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            async for chunk in answer.content.iter_any():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def websocket(self, body: bytes, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        async with self.ask(body) as answer:
            async for chunk in answer.content.iter_any():
                await send({"type": "websocket.send", "bytes": chunk})
        await send({"type": "websocket.close"})


def main(name: str) -> None:
    {"uvicorn": by_uvicorn, "daphne": by_daphne}[name]()


def by_uvicorn() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    ready(listening.getsockname()[1])
    config = uvicorn.Config(application(), http=Protocol, log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


def by_daphne() -> None:
    # here, because it installs a reactor
    from core.server.server import serve  # noqa: PLC0415

    serve(application(), "127.0.0.1", 0, ready=ready)


def application() -> Any:
    """Ours, with the relay beside it."""
    # last, as in the command: what is loaded by then is spared the collector
    from core.asgi import application as ours  # noqa: PLC0415

    bare = Bare()

    async def both(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or "/bare" not in scope["path"]:
            await ours(scope, receive, send)
        elif scope["type"] == "websocket":
            await bare.websocket(unquote_to_bytes(scope["query_string"]), receive, send)
        else:
            await bare.http(receive, send)

    return both


def ready(port: int) -> None:
    print(json.dumps({"port": port}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
