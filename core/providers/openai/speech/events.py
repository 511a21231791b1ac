"""Speech as server-sent events: `speech.audio.delta` with base64, `speech.audio.done` with usage."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.providers.openai.speech.usage import SpeechMeter
from core.providers.openai.stream import objects
from core.providers.shared import http
from core.providers.shared.audio.base64 import decode_audio

CAP = 8 * http.MIB
DONE = "speech.audio.done"


async def audio_chunks(
    chunks: AsyncGenerator[bytes, None], hide: tuple[str, ...], meter: SpeechMeter
) -> AsyncGenerator[bytes, None]:
    """The decoded audio; usage, and how many events could not be read, go to `meter`.

    Raises when the stream ends without its last event.
    """
    async with aclosing(objects(chunks, hide, CAP)) as values:
        async for value in values:
            if value is not None:
                meter.report(value)
                if value["type"] == DONE:
                    return
            try:
                data = b"" if value is None else audio_in(value)
            except UpstreamInvalid:
                value, data = None, b""
            meter.unreadable += value is None
            if data:
                yield data


def audio_in(value: Mapping[str, Any]) -> bytes:
    """The audio of an object, empty where it has none; OpenAI's key is `audio`, Mistral's `audio_data`."""
    encoded = value.get("audio", value.get("audio_data"))
    return b"" if encoded is None else decode_audio(encoded)
