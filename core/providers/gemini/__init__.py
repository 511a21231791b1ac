"""The adapters for Google's Gemini API: with a key of AI Studio, and at Vertex AI with a service account.

https://ai.google.dev/api, https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference

Both speak Gemini's own wire, a choice made from the documentation: by it Google's addresses in OpenAI's shape
take neither videos nor PDFs, neither speak nor transcribe, and tell no tokens by kind. There were no recorded
answers of those to compare. https://ai.google.dev/gemini-api/docs/openai
"""

from __future__ import annotations

from core.contract.route import Target
from core.providers.base import Adapter
from core.providers.gemini import vertex
from core.providers.gemini.chat.chat import GeminiChat
from core.providers.gemini.connection import Connection
from core.providers.gemini.embedding import GeminiEmbedding
from core.providers.gemini.image import GeminiImages
from core.providers.gemini.models import GeminiModels
from core.providers.gemini.speech import GeminiSpeech
from core.providers.gemini.transcription.transcription import GeminiTranscription
from core.providers.shared import http


class Google(Adapter, GeminiChat, GeminiSpeech, GeminiTranscription, GeminiImages, GeminiModels):
    """What both do."""

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()


class Gemini(Google, GeminiEmbedding):
    """Google AI Studio."""


class Vertex(Google):
    """Vertex AI."""

    async def connect(self, target: Target) -> Connection:
        """As the service account of the target's key, in its project. Raises from the error tree."""
        return await vertex.connect(target)
