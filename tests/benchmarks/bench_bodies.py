"""What a large body costs while it comes in: a form with a recording, one as base64, a conversation's PDF.

The server's memory rises by less than 20 MB for a form of 25 MB, by less than twice the file for a recording
in JSON, by less than three times the body for a conversation; others wait less than 50 ms from its first byte
to the answer, measuring the file and sending it on to the provider included. The same form sent as an upload
of the studio. Daphne and uvicorn. A conversation of 20 MB in base64 is also timed beside a bare relay on the
same server, which receives the body and sends it on as it is: rounds alternate.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.installation import CHAT, EAR, furnished
from tests.benchmarks.processes import ROOT, Running, introduce, running, surroundings
from tests.benchmarks.server import SERVERS, serving
from tests.benchmarks.verdict import Verdict

MB = 1_000_000
MIB = 1024 * 1024
WAIT_MS, TIMES = 50.0, 3
ROUNDS = 9
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


def conversation(size: int, name: str = "a conversation with a PDF of 50 MB") -> Body:
    file = b"%PDF-1.7\n" + os.urandom(size - 9)
    part = {"filename": "large.pdf", "file_data": f"data:application/pdf;base64,{encoded(file)}"}
    parts = [{"type": "text", "text": "What is this?"}, {"type": "file", "file": part}]
    asked = {"model": CHAT, "messages": [{"role": "user", "content": parts}]}
    content = json.dumps(asked).encode()
    return Body(name, "/api/v1/chat/completions", "application/json", content, 3 * len(content) / MB)


def recording(size: int) -> bytes:
    return WAV + os.urandom(size - len(WAV))


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    introduce("daphne", "uvicorn", "orjson", "starlette", "python-multipart")
    verdict = Verdict()
    twenty = conversation(15 * MB, "a conversation of 20 MB")
    bodies = [form(25 * MIB), upload(25 * MIB), inline(50 * MIB), conversation(50 * MIB)]
    for name in SERVERS:
        measure(name, bodies, twenty, verdict)
    verdict.end()


def measure(name: str, bodies: list[Body], relayed: Body, verdict: Verdict) -> None:
    print(f"{name}:")
    with tempfile.TemporaryDirectory() as folder:
        environment = surroundings(folder)
        with running("-m", "tests.benchmarks.upstream", environment=environment) as upstream:
            origin = environment["BENCH_UPSTREAM"] = f"http://127.0.0.1:{upstream.facts['port']}"
            furniture = furnished(origin, environment)
            cookies = f"sessionid={furniture['sessions'][0]}; csrftoken={TOKEN}"
            allowed = {"Authorization": f"Bearer {furniture['key']}", "Cookie": cookies, "X-CSRFToken": TOKEN}
            with serving(name, environment) as server:
                beside_relay(server, allowed, relayed, Path(folder, "body"), verdict)
                for body in bodies:
                    judge(server, allowed, body, Path(folder, "body"), verdict)


def beside_relay(server: Running, allowed: dict[str, str], body: Body, file: Path, verdict: Verdict) -> None:
    """Note how much longer than the relay a body takes, and what the server's memory rises by."""
    file.write_bytes(body.content)
    bare = replace(body, path=body.path.replace("/v1/", "/v1/bare/"))
    times: dict[Body, list[float]] = {bare: [], body: []}
    cpu, rises = dict.fromkeys(times, 0.0), dict.fromkeys(times, 0.0)
    for kind in ROUNDS * (bare, body):
        memory, used = server.memory("VmRSS"), server.cpu()
        server.forget_peak()
        times[kind].append(sent(server, allowed, kind, file))
        cpu[kind] += server.cpu() - used
        rises[kind] = max(rises[kind], (server.memory("VmHWM") - memory) * MIB / MB)
    relay, ours = (statistics.median(times[kind]) for kind in (bare, body))
    verdict.note(f"{body.name}: time of the relay's {relay * 1000:.0f} ms", ours / relay, "×")
    relay, ours = (cpu[kind] / ROUNDS for kind in (bare, body))
    verdict.note(f"{body.name}: CPU of the relay's {relay * 1000:.0f} ms", ours / relay, "×")
    verdict.note(f"{body.name}: memory", rises[body], " MB")
    verdict.note(f"{body.name}: the relay's memory", rises[bare], " MB")


def sent(server: Running, allowed: dict[str, str], body: Body, file: Path) -> float:
    """Seconds to the answer."""
    with sender(server, allowed, body, file) as process:
        return answered(process, body)


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
    waits = []
    with sender(server, allowed, body, file) as process:
        while process.poll() is None:
            waits.append(asked(server))
            time.sleep(0.003)
        answered(process, body)
    return waits


def sender(server: Running, allowed: dict[str, str], body: Body, file: Path) -> subprocess.Popen[str]:
    headers = json.dumps({**allowed, "Content-Type": body.content_type})
    told = (str(server.facts["port"]), body.path, headers, str(file))
    command = [sys.executable, "-m", "tests.benchmarks.sender", *told]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def answered(process: subprocess.Popen[str], body: Body) -> float:
    """Seconds to the answer, which must be the expected one."""
    assert process.stdout is not None
    status, seconds = process.stdout.read().split()
    if int(status) != body.status:
        raise RuntimeError(f"The server answered {status}.")
    return float(seconds)


def asked(server: Running) -> float:
    began = time.perf_counter()
    client = http.client.HTTPConnection("127.0.0.1", server.facts["port"], timeout=30)
    client.request("GET", "/healthz")
    client.getresponse().read()
    client.close()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
