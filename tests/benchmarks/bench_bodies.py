"""What a large body costs while it comes in: a form with a recording, one as base64, a conversation's PDF.

The server's memory rises by less than 20 MB for a form of 25 MB, by less than twice the file for a recording
in JSON, by less than three times the body for a conversation; others wait less than 50 ms from its first byte
to the answer, measuring the file and sending it on to the provider included. The same form sent as an upload
of the studio. Daphne and uvicorn.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.installation import CHAT, EAR, furnished
from tests.benchmarks.processes import ROOT, Running, introduce, running, surroundings
from tests.benchmarks.server import SERVERS, serving
from tests.benchmarks.verdict import Verdict

MB = 1_000_000
MIB = 1024 * 1024
WAIT_MS, TIMES = 50.0, 3
BOUNDARY = "bench"
TOKEN = "x" * 32
WAV = b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\xff\xff\xff\x7f"


@dataclass(frozen=True)
class Body:
    """A body, where it is sent, and how many MB the server's memory may rise."""

    name: str
    path: str
    content_type: str
    content: bytes
    most: float
    status: int = 200


def form(size: int) -> Body:
    fields = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\n\r\n{EAR}\r\n'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    content = b"".join((fields.encode(), head.encode(), recording(size), f"\r\n--{BOUNDARY}--\r\n".encode()))
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return Body("a form of 25 MB", "/api/v1/audio/transcriptions", kind, content, 20)


def upload(size: int) -> Body:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    content = b"".join((head.encode(), recording(size), f"\r\n--{BOUNDARY}--\r\n".encode()))
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return Body("an upload of 25 MB", "/uploads/", kind, content, 20, status=201)


def inline(size: int) -> Body:
    audio = {"data": encoded(recording(size)), "format": "wav"}
    content = json.dumps({"model": EAR, "input_audio": audio}).encode()
    name = "a recording of 50 MB in JSON"
    return Body(name, "/api/v1/audio/transcriptions", "application/json", content, 2 * size / MB)


def conversation(size: int) -> Body:
    file = b"%PDF-1.7\n" + os.urandom(size - 9)
    part = {"filename": "large.pdf", "file_data": f"data:application/pdf;base64,{encoded(file)}"}
    parts = [{"type": "text", "text": "What is this?"}, {"type": "file", "file": part}]
    asked = {"model": CHAT, "messages": [{"role": "user", "content": parts}]}
    content, name = json.dumps(asked).encode(), "a conversation with a PDF of 50 MB"
    return Body(name, "/api/v1/chat/completions", "application/json", content, 3 * len(content) / MB)


def recording(size: int) -> bytes:
    return WAV + os.urandom(size - len(WAV))


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    introduce("daphne", "uvicorn", "orjson", "starlette", "python-multipart")
    verdict = Verdict()
    bodies = [form(25 * MIB), upload(25 * MIB), inline(50 * MIB), conversation(50 * MIB)]
    for name in SERVERS:
        measure(name, bodies, verdict)
    verdict.end()


def measure(name: str, bodies: list[Body], verdict: Verdict) -> None:
    print(f"{name}:")
    with tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder)
        with running("-m", "tests.benchmarks.upstream", environment=environment) as upstream:
            furniture = furnished(f"http://127.0.0.1:{upstream.facts['port']}", environment)
            cookies = f"sessionid={furniture['sessions'][0]}; csrftoken={TOKEN}"
            allowed = {"Authorization": f"Bearer {furniture['key']}", "Cookie": cookies, "X-CSRFToken": TOKEN}
            with serving(name, environment) as server:
                for body in bodies:
                    judge(server, allowed, body, Path(folder, "body"), verdict)


def judge(server: Running, allowed: dict[str, str], body: Body, file: Path, verdict: Verdict) -> None:
    file.write_bytes(body.content)
    waited(server, allowed, body, file)  # what is loaded once is loaded
    quiet = sorted(asked(server) for _ in range(200))
    before = server.memory("VmRSS")
    server.forget_peak()
    waits: list[float] = []
    for _ in range(TIMES):
        waits += waited(server, allowed, body, file)
    rise = max(0.0, server.memory("VmHWM") - before) * MIB / MB
    verdict.at_most(f"{body.name}: memory", rise, body.most, " MB")
    verdict.at_most(f"{body.name}: longest wait of {len(waits)} others", max(waits), WAIT_MS, " ms")
    middle = sorted(waits)[len(waits) // 2]
    print(f"         half of them wait {middle:.3g} ms; alone {quiet[100]:.3g}, {quiet[-1]:.3g} at most")


def waited(server: Running, allowed: dict[str, str], body: Body, file: Path) -> list[float]:
    """Milliseconds that other requests took while the body came in."""
    headers = json.dumps({**allowed, "Content-Type": body.content_type})
    told = (str(server.facts["port"]), body.path, headers, str(file))
    command = [sys.executable, "-m", "tests.benchmarks.sender", *told]
    waits = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as sender:
        while sender.poll() is None:
            waits.append(asked(server))
            time.sleep(0.003)
        assert sender.stdout is not None
        status = int(sender.stdout.read())
    if status != body.status:
        raise RuntimeError(f"The server answered {status}.")
    return waits


def asked(server: Running) -> float:
    began = time.perf_counter()
    client = http.client.HTTPConnection("127.0.0.1", server.facts["port"], timeout=30)
    client.request("GET", "/healthz")
    client.getresponse().read()
    client.close()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
