"""The adapter for OpenAI's API and for every server that speaks it: https://platform.openai.com/docs/api-reference."""

from __future__ import annotations

from core.providers.base import Adapter
from core.providers.openai.embedding import OpenAIEmbedding
from core.providers.openai.image.image import OpenAIImages
from core.providers.openai.models import OpenAIModels
from core.providers.openai.speech.speech import OpenAISpeech
from core.providers.openai.transcription.transcription import OpenAITranscription
from core.providers.openai.translation import OpenAITranslation
from core.providers.shared import http


class OpenAI(
    Adapter,
    OpenAISpeech,
    OpenAITranscription,
    OpenAITranslation,
    OpenAIImages,
    OpenAIEmbedding,
    OpenAIModels,
):
    """Any server with OpenAI's paths and bodies."""

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()
