"""The embedded provider: no key, no network; C media code in worker processes behind pipes."""

from __future__ import annotations

import asyncio

from core.contract.route import Target
from core.media import client
from core.media.installed import INSPECTOR, RECOGNISER, inspection_hint, transcription_hint
from core.providers.local.inspector.chat import chat, chat_body
from core.providers.local.speech import speak
from core.providers.local.transcription import transcribe
from core.providers.local.voices import voices

__all__ = ["Local"]


class Local:
    """What this installation can do by itself."""

    speak = staticmethod(speak)
    transcribe = staticmethod(transcribe)
    chat = staticmethod(chat)
    chat_body = staticmethod(chat_body)

    async def models(self, target: Target) -> tuple[str, ...]:
        """The engines that answer; asking starts a worker. Raises `Unavailable` with the install hint."""
        here = [
            name
            for name, hint in ((RECOGNISER, transcription_hint()), (INSPECTOR, inspection_hint()))
            if hint is None
        ]
        return ("espeak-ng", *here) if await voices() else tuple(here)

    def prepare(self) -> None:
        """Start a worker and its engine, so that the first listener does not wait for them. Blocking."""
        asyncio.run(voices())

    async def close(self) -> None:
        await client.close()
