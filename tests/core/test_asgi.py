"""The application refuses to start under any server that tells it of its start."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography.fernet import Fernet

from core.models import Provider, ProviderKey


def first_answer() -> dict[str, Any]:
    """What the application tells a server that has begun to start it."""
    # imported late: it reads the static files, which each test has of its own
    from core.asgi import application  # noqa: PLC0415

    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.startup"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(application({"type": "lifespan"}, receive, send))
    return sent[0]


@pytest.mark.django_db(transaction=True)
def test_lost_ring_keys_refuse_the_start(settings):
    ProviderKey.objects.create(
        provider=Provider.objects.create(slug="lab", name="Lab"), secret="sk-test-1234"
    )
    settings.POLYPHONY_SECRET_KEYS = [Fernet.generate_key().decode()]
    answer = first_answer()
    assert answer["type"] == "lifespan.startup.failed"
    assert "--remove-lost" in answer["message"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("changes", "word"),
    [({"DEBUG": True, "HOST": "0.0.0.0"}, "DEBUG"), ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS")],
)
def test_what_is_insecure_refuses_the_start(settings, changes, word):
    for name, value in changes.items():
        setattr(settings, name, value)
    answer = first_answer()
    assert (answer["type"], word in answer["message"]) == ("lifespan.startup.failed", True)
