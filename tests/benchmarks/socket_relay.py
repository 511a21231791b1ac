"""CPU per chunk of sound through the socket, ours by a bare one: `python -m tests.benchmarks.socket_relay`.

One server process (uvicorn or Daphne as we run it) holds both: ours at /ws/playground/, the bare relay at
/bare, which forwards bytes with an aiohttp client and parses nothing. Provider and browsers live in this
process and are not counted. Rounds alternate; the ratio of the medians is printed, the aim is 1.6.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

STREAMS, SHORT, LONG, PERIOD, ROUNDS = 16, 50, 350, 0.02, 3
CHUNK = bytes(960)
MODEL = "bench/voice"
READY = "ready "


def main() -> None:
    if "BENCH_UPSTREAM" in os.environ:
        serve(sys.argv[1])
        return
    names = ("uvicorn", "daphne", "aiohttp", "channels")
    print(f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in names), sep=", ")
    for server in sys.argv[1:] or ("uvicorn", "daphne"):
        asyncio.run(measure(server))


async def measure(server: str) -> None:
    upstream = await asyncio.start_server(speak, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{upstream.sockets[0].getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        process, facts = launch(server, folder, origin)
        try:
            costs: dict[str, list[float]] = {"bare": [], "ours": []}
            for _ in range(ROUNDS):
                for kind, listen in (("bare", bare), ("ours", ours)):
                    costs[kind].append(await cost(process.pid, facts, listen))
        finally:
            process.terminate()
            process.wait(20)
    upstream.close()
    bare_cost, our_cost = (statistics.median(costs[kind]) for kind in ("bare", "ours"))
    print(f"{server}: bare {bare_cost:.0f} µs, ours {our_cost:.0f} µs per chunk: {our_cost / bare_cost:.2f}×")


async def cost(process: int, facts: dict[str, Any], listen: Any) -> float:
    """Microseconds of the server's CPU per chunk, all streams at once."""
    spent = []
    for chunks in (SHORT, LONG):
        before = cpu_seconds(process)
        sizes = await asyncio.gather(*(listen(facts, number, f"Words {chunks}") for number in range(STREAMS)))
        assert sizes == [chunks * len(CHUNK)] * STREAMS, sizes
        await asyncio.sleep(0.5)
        spent.append(cpu_seconds(process) - before)
    return (spent[1] - spent[0]) / (STREAMS * (LONG - SHORT)) * 1e6


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A provider: as many chunks as the body says, in real time."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = head.lower().split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
            body = await reader.readexactly(length)
            chunks = int(re.findall(rb"Words (\d+)", body)[0])
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(chunks):
                writer.write(b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))
                await asyncio.sleep(PERIOD)
            writer.write(b"0\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        writer.close()


# The browsers


async def bare(facts: dict[str, Any], number: int, words: str) -> int:
    from websockets.asyncio.client import connect  # noqa: PLC0415 - the server process does without

    address = f"ws://127.0.0.1:{facts['port']}/bare?{quote(words)}"
    async with connect(address, compression=None, proxy=None) as socket:
        return sum([len(frame) async for frame in socket])


async def ours(facts: dict[str, Any], number: int, words: str) -> int:
    from websockets.asyncio.client import connect  # noqa: PLC0415 - as above

    session = facts["sessions"][number % len(facts["sessions"])]
    origin = f"http://127.0.0.1:{facts['port']}"
    headers = {"Cookie": f"sessionid={session}"}
    start = {"type": "run.start", "id": "a", "task": "speech", "model": MODEL}
    params = {"input": words, "response_format": "pcm"}
    heard = 0
    async with connect(
        f"ws://127.0.0.1:{facts['port']}/ws/playground/",
        origin=origin,
        additional_headers=headers,
        compression=None,
        proxy=None,
    ) as socket:
        await socket.send(json.dumps({**start, "params": params}))
        async for frame in socket:
            if isinstance(frame, bytes):
                heard += len(frame) - 8
            elif '"run.done"' in frame or '"run.error"' in frame:
                assert '"completed"' in frame, frame
                break
    return heard


# The server


def launch(server: str, folder: str, origin: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "POLYPHONY_VAR": folder,
        "PYTHONWARNINGS": "ignore",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
        "BENCH_UPSTREAM": origin,
    }
    command = [sys.executable, "-m", "tests.benchmarks.socket_relay", server]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(READY):
            return process, json.loads(line.removeprefix(READY))
    raise RuntimeError("the server did not start")


def serve(server: str) -> None:
    # nothing of Django may be imported before it is set up
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    sessions = furnish(os.environ["BENCH_UPSTREAM"])
    from core.asgi import application  # noqa: PLC0415

    async def both(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket" and scope["path"] == "/bare":
            await relay(scope["query_string"], receive, send)
        else:
            await application(scope, receive, send)

    def ready(port: int) -> None:
        print(READY + json.dumps({"port": port, "sessions": sessions}), flush=True)

    if server == "daphne":
        from core.server import serve as run  # noqa: PLC0415

        run(both, "127.0.0.1", 0, ready=ready)
        return
    import socket  # noqa: PLC0415

    import uvicorn  # noqa: PLC0415

    listening = socket.create_server(("127.0.0.1", 0))
    ready(listening.getsockname()[1])
    uvicorn.Server(uvicorn.Config(both, log_level="error")).run(sockets=[listening])


async def relay(words: bytes, receive: Any, send: Any) -> None:
    """The bare relay: upstream bytes to websocket frames, nothing else."""
    import aiohttp  # noqa: PLC0415 - in the server process only

    await receive()
    await send({"type": "websocket.accept"})
    async with (
        aiohttp.ClientSession() as client,
        client.post(os.environ["BENCH_UPSTREAM"], data=unquote_to_bytes(words)) as answer,
    ):
        async for chunk in answer.content.iter_any():
            await send({"type": "websocket.send", "bytes": chunk})
    await send({"type": "websocket.close"})


def furnish(origin: str) -> list[str]:
    """Tables, a model at the provider, people who are signed in; their session keys."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from core.models import AIModel, Endpoint, Price, Provider, Voice  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    provider = Provider.objects.create(
        slug="bench", name="Bench", wire="openai", base_url=f"{origin}/v1", needs_key=False
    )
    model = AIModel.objects.create(
        slug=MODEL,
        name="Voice",
        tasks=["speech"],
        formats=["pcm"],
        input_modalities=["text"],
        output_modalities=["speech"],
    )
    Voice.objects.create(model=model, voice_id="v", name="V")
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="voice")
    Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit="0.00001")
    sessions = []
    for number in range(4):
        client = Client()
        client.force_login(get_user_model().objects.create_user(f"user{number}"))
        sessions.append(client.cookies["sessionid"].value)
    return sessions


if __name__ == "__main__":
    main()
