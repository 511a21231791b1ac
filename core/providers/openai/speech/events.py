"""The event form of speech: `speech.audio.delta` with base64, `speech.audio.done` with usage."""

from __future__ import annotations

import binascii
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.providers.openai.speech.usage import SpeechMeter
from core.providers.openai.stream import TERMINATOR, split, value_of
from core.providers.shared import http
from core.providers.shared.sse import Splitter

CAP = 8 * http.MIB
DONE = "speech.audio.done"


async def sound(
    answer: http.Response, hide: tuple[str, ...], meter: SpeechMeter
) -> AsyncGenerator[bytes, None]:
    """The decoded pieces; usage goes to `meter`. Raises when the events end without saying so."""
    splitter = Splitter(CAP)
    async with aclosing(answer.chunks()) as chunks:
        async for chunk in chunks:
            for event in split(splitter, chunk):
                if event.data == TERMINATOR:
                    return
                value = value_of(event, hide)
                if value.get("type", event.name) == DONE:
                    meter.report(value.get("usage"))
                    return
                if data := audio_in(value):
                    yield data
    raise UpstreamInvalid("The answer was cut short.", code="upstream_truncated")


def audio_in(value: Mapping[str, Any]) -> bytes:
    """The sound of an object, empty where it has none; OpenAI says `audio`, Mistral `audio_data`."""
    encoded = value.get("audio", value.get("audio_data"))
    if encoded is None:
        return b""
    if not isinstance(encoded, str):
        raise UpstreamInvalid("The provider sent sound that is not base64.")
    try:
        return binascii.a2b_base64(encoded, strict_mode=True) if encoded else b""
    except (binascii.Error, ValueError):
        failure = UpstreamInvalid("The provider sent sound that is not base64.")
    raise failure
