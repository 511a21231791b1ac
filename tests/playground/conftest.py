"""A model of the rehearsal provider, and browser tabs that use the socket's protocol."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.db import connections
from django.test import Client

from core import background
from core.access import shared_counters
from core.access.shared_limits import ParallelLimit
from core.models import AIModel, Endpoint, Price, Provider, Voice
from core.models.offload import offload
from playground.runs import pacing, redis_log, registry
from playground.socket import authentication
from playground.urls import websocket_urlpatterns

MODEL = "local/rehearsal"
TEXT = "One two three four five six seven eight"
ENDS = ("run.done", "run.error")


@dataclass
class Tab:
    """One socket of a signed-in browser."""

    communicator: WebsocketCommunicator
    frames: list[Any] = field(default_factory=list)

    async def send(self, **fields: Any) -> None:
        await self.communicator.send_to(text_data=json.dumps(fields))

    async def start(self, text: str = TEXT, id: str = "a", **params: Any) -> None:
        await self.send(
            type="run.start",
            id=id,
            task="speech",
            model=params.pop("model", MODEL),
            params={"input": text, **params},
        )

    async def receive(self, seconds: float = 5) -> Any:
        """The next frame: a dict, or (number, seq, audio)."""
        frame = await self.communicator.receive_output(seconds)
        if frame["type"] == "websocket.close":
            received: Any = {"type": "close", "code": frame.get("code")}
        elif frame.get("text") is not None:
            received = json.loads(frame["text"])
        else:
            received = (*struct.unpack(">II", frame["bytes"][:8]), frame["bytes"][8:])
        self.frames.append(received)
        return received

    async def until(self, *types: str, seconds: float = 5) -> Any:
        """Receive frames up to one of these types."""
        while True:
            frame = await self.receive(seconds)
            if isinstance(frame, dict) and frame["type"] in types:
                return frame

    async def first_audio(self) -> tuple[int, int, bytes]:
        while not isinstance(frame := await self.receive(), tuple):
            pass
        return frame

    def types(self) -> list[str]:
        """The types of the frames in order, without repetitions."""
        types = [frame["type"] if isinstance(frame, dict) else "audio" for frame in self.frames]
        return [name for index, name in enumerate(types) if name not in types[:index]]

    def audio(self) -> bytes:
        return b"".join(frame[2] for frame in self.frames if isinstance(frame, tuple))

    def numbers(self) -> list[int]:
        return [frame[1] if isinstance(frame, tuple) else frame["seq"] for frame in self.frames]

    async def close(self) -> None:
        await self.communicator.disconnect(timeout=5)


def cookie(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def communicator(
    session: str = "", origin: str | None = "http://testserver", host: str = "testserver"
) -> Any:
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if session:
        headers.append((b"cookie", f"sessionid={session}".encode()))
    return WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/playground/", headers=headers)


@pytest.fixture
def rehearsal(transactional_db):
    """An endpoint of the rehearsal provider for speech; tests set its options."""
    provider = Provider.objects.create(slug="rehearsal", name="Rehearsal", wire="rehearsal", needs_key=False)
    model = AIModel.objects.create(
        slug=MODEL,
        name="Rehearsal",
        tasks=["speech"],
        formats=["pcm", "wav"],
        limits={"characters": 20_000},
        input_modalities=["text"],
        output_modalities=["speech"],
        features=["speed", "instructions"],
        speed_min=0.25,
        speed_max=4.0,
    )
    Voice.objects.create(model=model, voice_id="tone", name="Tone")
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id="rehearsal")
    Price.objects.create(endpoint=endpoint, kind="text_in", unit="character", usd_per_unit="0.00001")
    return endpoint


@pytest.fixture(autouse=True)
def no_lingering_connection() -> Iterator[None]:
    """Close the connections of the asynchronous ORM: its thread outlives the test."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture
async def redis_connections(anyio_backend):
    """Views connect to Redis without `engine` too; the connections end before the event loop does."""
    yield
    await redis_log.close()
    await shared_counters.close()


@pytest.fixture(autouse=True)
def no_lingering_redis(request):
    if "anyio_backend" in request.fixturenames:
        request.getfixturevalue("redis_connections")


@pytest.fixture(autouse=True)
def empty_registries(monkeypatch):
    monkeypatch.setattr(registry, "runs", {})
    monkeypatch.setattr(authentication, "sockets", ParallelLimit("sockets", authentication.SOCKETS_PER_USER))
    monkeypatch.setattr(registry, "places", ParallelLimit("runs", registry.RUNS_PER_USER))


@pytest.fixture
def far_ahead(monkeypatch):
    """Audio is never paced."""
    monkeypatch.setattr(pacing.Pace, "wait", lambda self, size: 0.0)


@pytest.fixture
async def engine(rehearsal, anyio_backend):
    """Background work runs in the test's loop and ends with the test."""
    await background.start()
    yield rehearsal
    for active in list(registry.runs.values()):
        active.stop()
    if background.owned_tasks:
        await asyncio.wait(set(background.owned_tasks), timeout=10)
    for run in list(registry.runs):
        registry.forget(run)
    await background.shutdown()


@pytest.fixture
async def sign_in(engine):
    """Open a tab of a user; every tab is closed when the test ends."""
    tabs = []

    async def opened(user: Any) -> Tab:
        session = await asyncio.to_thread(cookie, user)
        await offload(background.refresh)
        tab = Tab(communicator(session))
        connected, _ = await tab.communicator.connect(timeout=5)
        assert connected
        tabs.append(tab)
        return tab

    yield opened
    for tab in tabs:
        await tab.close()
