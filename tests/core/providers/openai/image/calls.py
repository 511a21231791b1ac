"""Targets and calls that the tests of images share."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from core.contract.errors import PolyphonyError
from core.contract.image import ImageRequest
from core.contract.route import Secret, Sending, Target
from core.contract.tasks import Task
from core.providers import registry

CANARY = "sk-canary-0123456789abcdef"
PROMPT = "A red square."


def target(provider, model: str = "gpt-image", **fields) -> Target:
    options = {"timeout": 5.0, "idle_timeout": 5.0, **fields.pop("options", {})}
    return Target(
        1, fields.pop("slug", "fake"), "Fake", fields.pop("wire", "openai"), provider.url, model,
        credential=Secret(lambda: CANARY), options=options, sending=Sending(), **fields,
    )  # fmt: skip


async def draw(where: Target, request: ImageRequest | None = None, **fields) -> list:
    method = registry.method(where.wire, Task.IMAGE)
    async with aclosing(method(where, request or ImageRequest("m", PROMPT, **fields))) as found:
        return [event async for event in found]


async def failure(where: Target, request: ImageRequest | None = None, **fields) -> PolyphonyError:
    with pytest.raises(PolyphonyError) as caught:
        await draw(where, request, **fields)
    assert CANARY not in f"{caught.value!r}{caught.value.envelope()}"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value
