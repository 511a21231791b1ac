"""The adapter of local models: no key, no network; engines and media libraries run in worker processes."""

from __future__ import annotations

import asyncio

from core.contract.route import Target
from core.media import client
from core.media.installed import (
    CANVAS,
    INSPECTOR,
    NATURAL_VOICE,
    RECOGNISERS,
    drawing_hint,
    inspection_hint,
    natural_speech_hint,
    transcription_hint,
)
from core.providers.base import (
    Adapter,
    ChatAdapter,
    ImageAdapter,
    ModelListAdapter,
    SpeechAdapter,
    TranscriptionAdapter,
    TranslationAdapter,
)
from core.providers.local.canvas.draw import draw
from core.providers.local.inspector.chat import chat, chat_body
from core.providers.local.speech import speak
from core.providers.local.transcription import transcribe
from core.providers.local.translation import translate
from core.providers.local.voices import voices

__all__ = ["Local"]


class Local(
    Adapter,
    SpeechAdapter,
    TranscriptionAdapter,
    TranslationAdapter,
    ChatAdapter,
    ImageAdapter,
    ModelListAdapter,
):
    """Speech by hibari and espeak-ng, transcription and translation by Whisper, chat by the inspector,
    pictures by the canvas."""

    embedded = True
    speak = staticmethod(speak)
    transcribe = staticmethod(transcribe)
    translate = staticmethod(translate)
    chat = staticmethod(chat)
    chat_body = staticmethod(chat_body)
    draw = staticmethod(draw)

    async def models(self, target: Target) -> tuple[str, ...]:
        """The models that can be used here; starts a worker. Raises `Unavailable` with the install hint."""
        installed = [
            name
            for name, hint in (
                (NATURAL_VOICE, natural_speech_hint()),
                *((name, transcription_hint(name)) for name in RECOGNISERS),
                (INSPECTOR, inspection_hint()),
                (CANVAS, drawing_hint()),
            )
            if hint is None
        ]
        return ("espeak-ng", *installed) if await voices() else tuple(installed)

    def prepare(self) -> None:
        """Start a worker and its speech engine, so that the first request need not wait. Blocking."""
        asyncio.run(voices())

    async def close(self) -> None:
        await client.close()
