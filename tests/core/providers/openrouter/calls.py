"""Targets and calls that the tests of OpenRouter share."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from core.contract.events import Event
from core.contract.requests import Request
from core.contract.route import Secret, Sending, Target
from core.providers import registry
from tests.fakes.openrouter import KEY
from tests.fakes.provider import Provider

HELLO = ({"role": "user", "content": "Hello"},)


def target(router: Provider, model: str = "openai/model", **fields: Any) -> Target:
    url = router.url.removesuffix("/v1") + "/api/v1"
    return Target(
        1, "openrouter", "OpenRouter", "openrouter", url, model,
        **{"credential": Secret(lambda: KEY), "sending": Sending(), **fields},
    )  # fmt: skip


async def send(where: Target, request: Request) -> list[Event]:
    method = registry.method("openrouter", request.task)
    assert method is not None
    async with aclosing(method(where, request)) as found:
        return [event async for event in found]


def of(kind: type, events: list[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]
