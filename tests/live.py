"""The whole application on a real port, in a thread of its own, with the test's database.

`live` starts uvicorn with the assembled application: API, pages, sockets and background work. Use it in
any test that talks HTTP or websockets, by importing the fixture in the folder's conftest:

    from tests.live import live as live

Rows a test makes are seen within a second; at once through `live.get` and the like, or after
`live.refresh()`.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

START_SECONDS = 15.0


class PromptServer(uvicorn.Server):
    """Ends in milliseconds: uvicorn looks every 100 ms whether it is to end, and waits as long once more."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ending = asyncio.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """Callable from any thread, also when the loop has ended already."""
        self.should_exit = True
        if self.loop is not None:
            with suppress(RuntimeError):
                self.loop.call_soon_threadsafe(self.ending.set)

    async def main_loop(self) -> None:
        self.loop = asyncio.get_running_loop()
        for tick in itertools.count():
            if await self.on_tick(tick):
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in self.servers:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.005)
        await self.lifespan.shutdown()


# made once: it reads the certificates of all authorities, and nothing here is encrypted
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Live:
    """A running server. `url` is its origin, `api` the address SDKs are given, `sockets` the ws origin."""

    server: PromptServer
    thread: threading.Thread
    port: int
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=30, verify=PLAIN)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"

    @property
    def sockets(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def get(self, path: str, key: str = "", **options: Any) -> httpx.Response:
        """GET `path` under /api/v1, as the owner of `key`."""
        return self.request("GET", path, key, **options)

    def post(self, path: str, key: str = "", **options: Any) -> httpx.Response:
        return self.request("POST", path, key, **options)

    def request(self, method: str, path: str, key: str = "", **options: Any) -> httpx.Response:
        self.refresh()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers.update(options.pop("headers", {}))
        return self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    def raw(self, data: bytes, seconds: float = 10.0) -> bytes:
        """The bytes the server sends in response to exactly `data`, until it closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(data)
            chunks = []
            while chunk := connection.recv(65536):
                chunks.append(chunk)
        return b"".join(chunks)

    def first_line(self, data: bytes, seconds: float = 10.0) -> bytes:
        """The first line that the server sends in response to `data`, though it may wait for more."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(data)
            with connection.makefile("rb") as answer:
                return answer.readline()

    def refresh(self) -> None:
        """Reload the snapshots now."""
        forget_snapshots()

    def stop(self) -> None:
        self.client.close()
        self.server.end()
        self.thread.join(START_SECONDS)


@pytest.fixture
def live(transactional_db: None, settings: Any, tmp_path: Any) -> Iterator[Live]:
    """A server for one test."""
    settings.DRAIN_SECONDS = 5
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # whitenoise reads these when the application is first built
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    forget_snapshots()
    running = start()
    try:
        yield running
    finally:
        running.stop()
        resume()


def start() -> Live:
    """Serve on a free port; returns once requests are answered."""
    from core.asgi import application  # noqa: PLC0415 - the registry is not ready at import time

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application,
        loop="asyncio",
        http="httptools",
        ws="websockets-sansio",
        proxy_headers=False,
        log_config=None,
    )
    server = PromptServer(config)
    thread = threading.Thread(target=serve, args=(server, listening), name="live", daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.002)
    return Live(server, thread, listening.getsockname()[1])


def serve(server: PromptServer, listening: socket.socket) -> None:
    with listening:
        asyncio.run(server.serve(sockets=[listening]))


def forget_snapshots() -> None:
    """Load the snapshots again: a flushed database starts its version numbers again."""
    from core.access import snapshot as access  # noqa: PLC0415 - as above
    from core.catalogue import snapshot as catalogue  # noqa: PLC0415 - as above

    catalogue.reset()
    access._current = access.AccessSnapshot(serial=access.current().serial)
    access.refresh_if_changed()


def resume() -> None:
    """Accept work again: the last server has drained this process."""
    from core import background  # noqa: PLC0415 - as above

    background.state.draining = False
