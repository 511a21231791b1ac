"""Targets and calls that the tests of ElevenLabs share."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from core.contract.events import AudioChunk, Event
from core.contract.requests import Request
from core.contract.route import Secret, Target
from core.providers import registry
from tests.fakes.provider import Provider

KEY = "xi0canary0123456789abcdef0123456789"
VOICE = "JBFqnCBsd6RMkjVDRZzb"


def target(vendor: Provider, model: str = "eleven_multilingual_v2", **fields: Any) -> Target:
    return Target(
        1, "elevenlabs", "ElevenLabs", "elevenlabs", vendor.url, model,
        credential=Secret(lambda: KEY), **{"voice": VOICE, **fields},
    )  # fmt: skip


async def send(where: Target, request: Request) -> list[Event]:
    method = registry.method("elevenlabs", request.task)
    assert method is not None
    async with aclosing(method(where, request)) as found:
        return [event async for event in found]


def sound(events: list[Event]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, AudioChunk))


def of(kind: type, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]
