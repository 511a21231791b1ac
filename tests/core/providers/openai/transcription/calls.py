"""Targets and calls that the tests of transcription and translation share."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from core.contract.errors import (
    PolyphonyError,
)
from core.contract.route import Secret, Target
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.providers import registry

CANARY = "sk-canary-0123456789abcdef"
AUDIO = bytes(range(256)) * 2000
OFFERED = {"response_formats": ["json", "verbose_json"], "stream": True, "words": True}


def target(provider, model: str = "whisper", **fields) -> Target:
    options = {"timeout": 5.0, "idle_timeout": 0.3, **OFFERED, **fields.pop("options", {})}
    return Target(
        1, fields.pop("slug", "fake"), "Fake", "openai", provider.url, model,
        credential=Secret(lambda: CANARY), options=options, **fields,
    )  # fmt: skip


async def send(where: Target, request) -> list:
    method = registry.method("openai", request.task)
    async with aclosing(method(where, request)) as found:
        return [event async for event in found]


async def failure(where: Target, file: AudioFile, **fields) -> PolyphonyError:
    with pytest.raises(PolyphonyError) as caught:
        await send(where, TranscriptionRequest("m", file, **fields))
    assert CANARY not in f"{caught.value!r}{caught.value.envelope()}"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


def form_fields(provider) -> dict:
    """What was sent beside the file, lists as lists."""
    found: dict = {}
    for name, text in provider.requests[-1].form:
        found[name] = [*found.get(name, []), text] if name.endswith("[]") else text
    return found
