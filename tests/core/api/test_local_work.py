"""Local models under load: whole answers or refusals, and the rest of the server lives."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import httpx
import pytest

from core.access import keys
from core.media.pool.shared import close_shared_pools, shared_pool
from core.models import Provider
from tests.core.api.conftest import make_model
from tests.fakes.workers import SENTENCE, decoded_seconds

SPEECH = {"model": "local/espeak-ng", "voice": "gmw/en-US", "response_format": "mp3"}


@pytest.fixture
def espeak(transactional_db, synthesiser):
    local = Provider.objects.create(slug="local", name="Local", wire="local", needs_key=False)
    model = make_model(local, SPEECH["model"], upstream="espeak-ng", price="0", limits={"characters": 20_000})
    model.voices.create(voice_id=SPEECH["voice"], name="Voice", position=9)
    yield model
    close_shared_pools()


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def speak(client: httpx.AsyncClient, key: str, text: str) -> httpx.Response:
    return await client.post("/audio/speech", headers=headers(key), json={**SPEECH, "input": text})


def test_130_speeches_at_once_are_each_whole_or_refused(live, key, espeak):
    live.refresh()

    async def ask() -> tuple[list[httpx.Response], httpx.Response]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=live.api, timeout=120, limits=limits) as client:
            asked = [asyncio.create_task(speak(client, key, SENTENCE * 2)) for _ in range(130)]
            while not any(task.done() for task in asked):
                models = await client.get("/models", headers=headers(key))
            return await asyncio.gather(*asked), models

    responses, models = asyncio.run(ask())

    spoken = [response for response in responses if response.status_code == 200]
    refused = [response for response in responses if response.status_code == 429]
    assert len(spoken) + len(refused) == 130
    assert len(spoken) >= 32
    seconds = [decoded_seconds(response.content) for response in spoken]
    assert seconds == pytest.approx([seconds[0]] * len(seconds), abs=0.03)
    assert {response.headers["retry-after"] for response in refused} <= {"2"}
    assert models.status_code == 200


def test_150_clients_that_do_not_read_leave_room_for_others(live, key, bob, espeak):
    other = keys.issue(bob, name="phone")[0]
    live.refresh()
    body = json.dumps({**SPEECH, "response_format": "pcm", "input": SENTENCE * 100})
    request = (
        "POST /api/v1/audio/speech HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    clients = []
    try:
        for _ in range(150):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", live.port))
            client.sendall(request)
            clients.append(client)
        deadline = time.monotonic() + 30
        while not shared_pool("synthesize").parked_jobs and time.monotonic() < deadline:
            live.get("/models", key)
        answer = live.post("/audio/speech", other, json={**SPEECH, "input": SENTENCE})
    finally:
        for client in clients:
            client.close()

    assert answer.status_code == 200
    assert decoded_seconds(answer.content) > 1
