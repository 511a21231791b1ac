"""Translation by Whisper in a worker process: speech in any language becomes English text."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.events import Event
from core.contract.route import Target
from core.contract.translation import TranslationRequest
from core.providers.local.transcript import transcript_events

ENGLISH = "en"


async def translate(target: Target, request: TranslationRequest) -> AsyncGenerator[Event, None]:
    """Yield what is spoken in any file with audio, in English, as `transcript_events` does, without words."""
    arguments = {"translate": True, "prompt": request.prompt, "temperature": request.temperature}
    async with aclosing(transcript_events(target, request.file, arguments, ENGLISH)) as events:
        async for event in events:
            yield event
