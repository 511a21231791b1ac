"""Targets, requests and calls that the tests of Google's adapters share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from core.contract.chat import ChatRequest
from core.contract.errors import PolyphonyError
from core.contract.events import Event
from core.contract.requests import Request
from core.contract.route import Secret, Target
from core.providers import registry
from tests.fakes import gemini
from tests.fakes.provider import Exchange, Provider

KEY = "AIzaCanary0123456789abcdefghijklmnopqrs"
HELLO = ({"role": "user", "content": "Hello"},)


def target(provider: Provider, model: str = "gemini-fake", **fields: Any) -> Target:
    options = {"timeout": 5.0, "idle_timeout": 1.0, **fields.pop("options", {})}
    return Target(
        1, "google", "Google", fields.pop("wire", "google"), provider.url.replace("/v1", "/v1beta"), model,
        credential=Secret(lambda: KEY), options=options, **fields,
    )  # fmt: skip


def chat_request(**fields: Any) -> ChatRequest:
    return ChatRequest("m", **{"messages": HELLO, "streamed": True, **fields})


async def send(where: Target, request: Request) -> list[Event]:
    found = registry.method(where.wire, request.task)
    assert found is not None
    async with aclosing(found(where, request)) as events:
        return [event async for event in events]


async def failure(where: Target, request: Request) -> PolyphonyError:
    """The error, which has nothing of our key."""
    with pytest.raises(PolyphonyError) as caught:
        await send(where, request)
    assert KEY not in f"{caught.value!r}{caught.value.envelope()}"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


def streams(*values: dict[str, Any]) -> Callable[[Exchange], Awaitable[None]]:
    """The objects as events."""

    async def answer(exchange: Exchange) -> None:
        exchange.bill()
        await exchange.head(content_type="text/event-stream")
        for frame in gemini.frames(list(values)):
            await exchange.chunk(frame)
        await exchange.end()

    return answer


def replies(value: Any, status: int = 200, **headers: str) -> Callable[[Exchange], Awaitable[None]]:
    """One object."""

    async def answer(exchange: Exchange) -> None:
        exchange.bill()
        await exchange.reply(status, gemini.body(value), "application/json; charset=UTF-8", **headers)

    return answer


STREAM = "gemini-fake:streamGenerateContent?alt=sse"
WHOLE = "gemini-fake:generateContent"
"""What the paths of calls end in, by which scenarios are scripted."""
