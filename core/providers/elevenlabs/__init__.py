"""The adapter for ElevenLabs: https://elevenlabs.io/docs/api-reference/introduction."""

from __future__ import annotations

from core.providers.base import Adapter
from core.providers.elevenlabs.account import ElevenLabsAccount
from core.providers.elevenlabs.models import ElevenLabsModels
from core.providers.elevenlabs.speech.speech import ElevenLabsSpeech
from core.providers.elevenlabs.transcription.transcription import ElevenLabsTranscription
from core.providers.elevenlabs.voices import ElevenLabsVoices
from core.providers.shared import http


class ElevenLabs(
    Adapter,
    ElevenLabsSpeech,
    ElevenLabsTranscription,
    ElevenLabsModels,
    ElevenLabsVoices,
    ElevenLabsAccount,
):
    """Speech, and speech to text by the models called Scribe."""

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()
