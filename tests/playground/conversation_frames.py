"""Models that chat, and how a test chats with them over a socket."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import AsyncClient

from core.models import AIModel, Endpoint, Price, Provider
from playground.models import Run, Upload
from tests.playground.conftest import ENDS

CHAT_MODEL = "stage/chat"
TEXT_MODEL = "stage/text"
QUESTION = "One two three"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)


@pytest.fixture
def chat_model(rehearsal):
    """A priced model of all modalities that repeats its input."""
    return create_model(CHAT_MODEL, ["text", "image", "file", "audio", "video"], ["text", "audio", "image"])


@pytest.fixture
def text_model(rehearsal):
    """A model that takes text alone."""
    return create_model(TEXT_MODEL, ["text"], ["text"])


def create_model(slug: str, takes: list[str], makes: list[str]) -> Endpoint:
    row = AIModel.objects.create(
        slug=slug,
        name=slug,
        tasks=["chat"],
        input_modalities=takes,
        output_modalities=makes,
        features=["tools", "response_format", "reasoning", "streaming", "audio_output"],
        formats=["pcm"] if "audio" in makes else [],
    )
    provider = Provider.objects.get(slug="rehearsal")
    endpoint = Endpoint.objects.create(model=row, provider=provider, upstream_id="rehearsal-chat")
    for kind in ("text_in", "text_out"):
        Price.objects.create(endpoint=endpoint, kind=kind, unit="token", usd_per_unit="0.0001")
    return endpoint


async def begin(tab: Any, content: Any = QUESTION, id: str = "a", **more: Any) -> dict[str, Any]:
    """Ask; `run.started`, or the error in its place."""
    messages = [{"role": "user", "content": content}] if content else []
    params = {"messages": messages, **more.pop("params", {})}
    await tab.send(
        type="run.start", id=id, task="chat", model=more.pop("model", CHAT_MODEL), params=params, **more
    )
    return await tab.until("run.started", "run.error", "error")


async def ask(tab: Any, content: Any = QUESTION, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask and receive the answer to its end: `run.started` and the last event."""
    began = await begin(tab, content, **more)
    return began, began if began["type"] in (*ENDS, "error") else await tab.until(*ENDS)


async def client_of(user: Any) -> AsyncClient:
    client = AsyncClient()
    await client.aforce_login(user)
    return client


async def read_conversation(user: Any, conversation: str) -> dict[str, Any]:
    """The conversation as its owner's page reads it."""
    answer = await (await client_of(user)).get(f"/conversations/{conversation}/")
    assert answer.status_code == 200
    return json.loads(answer.content)


def streamed_text(tab: Any) -> str:
    deltas = (frame for frame in tab.frames if isinstance(frame, dict) and frame["type"] == "text.delta")
    return "".join(frame["text"] for frame in deltas)


def image_upload(user: Any, name: str = "kiwi.png") -> Upload:
    stored = default_storage.save(f"uploads/{user.pk}/{name}", ContentFile(PNG))
    facts = {"width": 2, "height": 1}
    return Upload.objects.create(
        user=user, name=name, media_type="image/png", bytes=len(PNG), file=stored, probe=facts
    )


def image_parts(upload: Upload, text: str = "Look") -> list[dict[str, Any]]:
    """The content of a message with an image."""
    image = {"type": "image_url", "image_url": {"upload": str(upload.id), "detail": "low"}}
    return [{"type": "text", "text": text}, image]


async def last_sent() -> list[dict[str, Any]]:
    """The messages that the provider was sent for the newest run."""
    run = await Run.objects.order_by("-created_at").afirst()
    assert run is not None
    return run.sent["messages"]
