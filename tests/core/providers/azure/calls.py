"""Targets and calls that the tests of Azure share."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from core.contract.events import Event
from core.contract.requests import Request
from core.contract.route import Secret, Target
from core.providers import registry
from tests.fakes.azure import KEY
from tests.fakes.provider import Provider

BASES = (
    "",
    "/openai",
    "/openai/v1",
    "/openai/deployments/chat/chat/completions?api-version=2025-03-01-preview",
)
"""What an admin may have entered behind the address of the resource."""


def target(vendor: Provider, model: str = "chat", base: str = "", key: str = KEY, **fields: Any) -> Target:
    return Target(
        1, "azure", "Azure OpenAI", "azure", vendor.url.removesuffix("/v1") + base, model,
        credential=Secret(lambda: key), **fields,
    )  # fmt: skip


async def send(where: Target, request: Request) -> list[Event]:
    method = registry.method("azure", request.task)
    assert method is not None
    async with aclosing(method(where, request)) as found:
        return [event async for event in found]


def of(kind: type, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]
