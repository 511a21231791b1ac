"""A web server with weights: repositories as Hugging Face lays them out, large files behind a redirect."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

BLOCK = 1000


@dataclass(slots=True)
class WeightsServer:
    """`files` by their path. The lists of faults are used up, one entry by each request of that file."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    breaks: dict[str, list[int]] = field(default_factory=dict)
    """Bytes after which a connection ends."""
    statuses: dict[str, list[int]] = field(default_factory=dict)
    redirected: set[str] = field(default_factory=set)
    """Files that are answered with a redirect to `/cdn`, as those of Git LFS are."""
    ranges: bool = True
    silent_seconds: float = 0.0
    """A pause before the first byte."""
    block_seconds: float = 0.0
    """A pause after each `BLOCK` bytes."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range of each request that was answered with bytes."""


class Handler(BaseHTTPRequestHandler):
    server: ThreadingHTTPServer
    weights: WeightsServer

    def do_GET(self) -> None:
        faults, path = self.weights, self.path
        if faults.statuses.get(path):
            self.send_error(faults.statuses[path].pop(0))
        elif path in faults.redirected:
            self.send_response(302)
            self.send_header("Location", f"{faults.url}/cdn{path}")
            self.end_headers()
        elif (content := faults.files.get(path.removeprefix("/cdn"))) is None:
            self.send_error(404)
        else:
            self.send_content(path.removeprefix("/cdn"), content)

    def send_content(self, path: str, content: bytes) -> None:
        asked = self.headers.get("Range", "")
        self.weights.requests.append((path, asked))
        begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.weights.ranges else 0
        if begin > len(content):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        time.sleep(self.weights.silent_seconds)
        breaks = self.weights.breaks.get(path)
        self.send_blocks(content[begin:][: breaks.pop(0) if breaks else None])

    def send_blocks(self, content: bytes) -> None:
        for start in range(0, len(content), BLOCK):
            self.wfile.write(content[start : start + BLOCK])
            self.wfile.flush()
            time.sleep(self.weights.block_seconds)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def weights_server() -> Iterator[WeightsServer]:
    weights = WeightsServer()
    handler = type("WeightsHandler", (Handler,), {"weights": weights})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *args: None  # type: ignore[method-assign]  # callers leave in the middle
    weights.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield weights
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
