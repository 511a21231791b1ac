"""Targets and calls that the tests of Mistral share."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from core.contract.events import AudioChunk, Event
from core.contract.requests import Request
from core.contract.route import Secret, Target
from core.providers import registry
from tests.fakes.provider import Provider

KEY = "canarymistral0123456789abcdef012"


def target(vendor: Provider, model: str = "voxtral-small-2507", **fields: Any) -> Target:
    return Target(
        1, "mistral", "Mistral", "mistral", vendor.url, model, credential=Secret(lambda: KEY), **fields
    )


async def send(where: Target, request: Request) -> list[Event]:
    method = registry.method("mistral", request.task)
    assert method is not None
    async with aclosing(method(where, request)) as found:
        return [event async for event in found]


def sound(events: list[Event]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, AudioChunk))


def of(kind: type, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]
