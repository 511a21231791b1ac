"""What a large file in a conversation costs while it comes in: 50 MB as base64 in JSON.

The server's memory rises by less than three times the body, and others wait less than 50 ms meanwhile. The
model does not exist, so that what is measured ends where the body has been read.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.installation import furnished
from tests.benchmarks.processes import Running, introduce, running, surroundings
from tests.benchmarks.program import playground
from tests.benchmarks.verdict import Verdict

MB = 1_000_000
FILE = 50 * 1024 * 1024
WAIT_MS, TIMES = 50.0, 3


def main() -> None:
    introduce("daphne", "orjson", "starlette")
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        environment = surroundings(folder)
        provider = running("-m", "tests.benchmarks.upstream", environment=environment)
        upstream = stack.enter_context(provider)
        key = furnished(f"http://127.0.0.1:{upstream.facts['port']}", environment)["key"]
        server = stack.enter_context(playground(environment))
        body = conversation()
        send(server, key, body[:1000])  # what is loaded once is loaded
        before = server.memory("VmRSS")
        server.forget_peak()
        for _ in range(2):
            waits, seconds = waited(server, key, body)
        rise = max(0.0, server.memory("VmHWM") - before) * 1024 * 1024 / MB
        quiet = sorted(asked(server) for _ in range(50))
        verdict.at_most(
            f"peak memory for a body of {len(body) / MB:.0f} MB", rise, TIMES * len(body) / MB, " MB"
        )
        verdict.at_most(f"longest wait of {len(waits)} others in {seconds:.1f} s", max(waits), WAIT_MS, " ms")
        middle = sorted(waits)[len(waits) // 2]
        print(f"         alone they wait {quiet[-1]:.3g} ms at most; {middle:.3g} ms p50")
    verdict.end()


def conversation() -> bytes:
    """A PDF of random bytes: 50 MB exactly."""
    file = b"%PDF-1.7\n" + os.urandom(FILE - 9)
    part = {
        "filename": "large.pdf",
        "file_data": f"data:application/pdf;base64,{base64.b64encode(file).decode()}",
    }
    content = [{"type": "text", "text": "What is this?"}, {"type": "file", "file": part}]
    return json.dumps({"model": "bench/nobody", "messages": [{"role": "user", "content": content}]}).encode()


def waited(server: Running, key: str, body: bytes) -> tuple[list[float], float]:
    """Milliseconds that other requests took while the body came in, and how long that was in seconds."""
    sender = threading.Thread(target=send, args=(server, key, body))
    began, waits = time.monotonic(), []
    sender.start()
    while sender.is_alive():
        waits.append(asked(server))
        time.sleep(0.005)
    return waits, time.monotonic() - began


def asked(server: Running) -> float:
    began = time.perf_counter()
    client = http.client.HTTPConnection("127.0.0.1", server.facts["port"], timeout=30)
    client.request("GET", "/healthz")
    client.getresponse().read()
    client.close()
    return (time.perf_counter() - began) * 1000


def send(server: Running, key: str, body: bytes) -> None:
    client = http.client.HTTPConnection("127.0.0.1", server.facts["port"], timeout=120)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    client.request("POST", "/api/v1/chat/completions", body, headers)
    answer = client.getresponse()
    answer.read()
    if answer.status != (404 if len(body) > FILE else 400):
        raise RuntimeError(f"The server answered {answer.status}.")
    client.close()


if __name__ == "__main__":
    main()
