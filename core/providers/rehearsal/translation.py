"""Translation of the rehearsal: the same English sentences as its transcription."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.contract.events import Event
from core.contract.route import Target
from core.contract.translation import TranslationRequest
from core.providers.rehearsal.transcription import transcript_events


async def translate(target: Target, request: TranslationRequest) -> AsyncGenerator[Event, None]:
    async with aclosing(transcript_events(target, request.file)) as events:
        async for event in events:
            yield event
