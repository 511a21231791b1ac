"""Targets, requests and calls that the tests of chat share."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from core.contract.chat import ChatRequest
from core.contract.errors import PolyphonyError
from core.contract.events import AudioChunk, ChatDelta, Event
from core.contract.route import Secret, Target
from core.providers.registry import adapter

CANARY = "sk-canary-0123456789abcdef"
HELLO = ({"role": "user", "content": "Hello"},)


def target(provider, model: str = "ok", **fields: Any) -> Target:
    options = {"timeout": 5.0, "idle_timeout": 0.3, **fields.pop("options", {})}
    return Target(
        1, fields.pop("slug", "fake"), "Fake", "openai", provider.url, model,
        credential=Secret(lambda: CANARY), options=options, **fields,
    )  # fmt: skip


def chat_request(**fields: Any) -> ChatRequest:
    return ChatRequest("m", **{"messages": HELLO, "streamed": True, **fields})


async def chat(where: Target, request: ChatRequest | None = None) -> list[Event]:
    async with aclosing(adapter("openai").chat(where, request or chat_request())) as found:
        return [event async for event in found]


async def chat_failure(
    where: Target, request: ChatRequest | None = None
) -> tuple[list[Event], PolyphonyError]:
    """The events before the failure, and the failure, which has nothing of our key."""
    events: list[Event] = []

    async def ask() -> None:
        async with aclosing(adapter("openai").chat(where, request or chat_request())) as found:
            async for event in found:
                events.append(event)

    with pytest.raises(PolyphonyError) as caught:
        await ask()
    assert CANARY not in f"{caught.value!r}{caught.value.envelope()}"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return events, caught.value


def deltas(found: list[Event]) -> list[ChatDelta]:
    return [event for event in found if type(event) is ChatDelta]


def text(found: list[Event]) -> str:
    return "".join(delta.text for delta in deltas(found))


def audio_of(found: list[Event]) -> bytes:
    return b"".join(event.data for event in found if type(event) is AudioChunk)
