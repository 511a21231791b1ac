"""What the tests of this folder say and how they listen."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from core.contract.audio import AudioFormat
from core.contract.events import AudioChunk, AudioStart, SpeechWord, SpeechWords, Used
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.providers.local.speech import speak


@dataclass
class Heard:
    sound: bytearray = field(default_factory=bytearray)
    words: list[SpeechWord] = field(default_factory=list)
    starts: list[AudioStart] = field(default_factory=list)
    units: dict[str, float] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


def target(form: AudioFormat = AudioFormat.PCM, voice: str = "gmw/en-US", **options: Any) -> Target:
    return Target(
        endpoint_id=1,
        provider="local",
        provider_name="Local",
        wire="local",
        base_url="",
        model="espeak-ng",
        voice=voice,
        format=form,
        options=options,
    )


async def hear(
    text: str, form: AudioFormat = AudioFormat.PCM, voice: str = "gmw/en-US", **fields: Any
) -> Heard:
    """Everything one request through the adapter gives."""
    heard = Heard()
    request = SpeechRequest(model="local/espeak-ng", text=text, **fields)
    async with aclosing(speak(target(form, voice), request)) as events:
        async for event in events:
            heard.order.append(type(event).__name__)
            if isinstance(event, AudioStart):
                heard.starts.append(event)
            elif isinstance(event, AudioChunk):
                heard.sound += event.data
            elif isinstance(event, SpeechWords):
                heard.words += event.words
            elif isinstance(event, Used):
                heard.units = {name: float(quantity) for name, quantity in event.usage.units().items()}
    return heard
