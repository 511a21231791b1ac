"""The adapter for Mistral: https://docs.mistral.ai/api.

The wire is close to OpenAI's, whose readers are used, but strict: it refuses fields that it does not know. So
every body has only what Mistral documents.
"""

from __future__ import annotations

from core.providers.base import Adapter
from core.providers.mistral.chat.chat import MistralChat
from core.providers.mistral.embedding import MistralEmbedding
from core.providers.mistral.models import MistralModels
from core.providers.mistral.speech.speech import MistralSpeech
from core.providers.mistral.transcription.transcription import MistralTranscription
from core.providers.mistral.voices import MistralVoices
from core.providers.shared import http


class Mistral(
    Adapter,
    MistralChat,
    MistralSpeech,
    MistralTranscription,
    MistralEmbedding,
    MistralModels,
    MistralVoices,
):
    """Chat, speech, transcription and embeddings; there is no translation."""

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()
