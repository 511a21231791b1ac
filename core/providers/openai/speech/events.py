"""Speech as server-sent events: `speech.audio.delta` with base64, `speech.audio.done` with usage."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.providers.openai.speech.usage import SpeechMeter
from core.providers.openai.stream import TERMINATOR, object_of, split
from core.providers.shared import http
from core.providers.shared.audio_base64 import decode_audio
from core.providers.shared.sse import Splitter

CAP = 8 * http.MIB
DONE = "speech.audio.done"


async def audio_chunks(
    response: http.CallResponse, hide: tuple[str, ...], meter: SpeechMeter
) -> AsyncGenerator[bytes, None]:
    """The decoded audio; usage goes to `meter`. Raises when the stream ends without its last event."""
    splitter = Splitter(CAP)
    async with aclosing(response.chunks()) as chunks:
        async for chunk in chunks:
            for event in split(splitter, chunk):
                if event.data == TERMINATOR:
                    return
                value = object_of(event, hide)
                meter.report(value)
                if value.get("type", event.name) == DONE:
                    return
                if data := audio_in(value):
                    yield data
    raise UpstreamInvalid("The answer was cut short.", code="upstream_truncated")


def audio_in(value: Mapping[str, Any]) -> bytes:
    """The audio of an object, empty where it has none; OpenAI's key is `audio`, Mistral's `audio_data`."""
    encoded = value.get("audio", value.get("audio_data"))
    return b"" if encoded is None else decode_audio(encoded)
