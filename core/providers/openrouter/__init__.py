"""The adapter for OpenRouter: https://openrouter.ai/docs/api-reference/overview.

OpenAI's API with many companies behind it; what a router does otherwise in it is in `core/providers/openai/`.
"""

from __future__ import annotations

from core.providers.base import Adapter
from core.providers.openai.embedding import OpenAIEmbedding
from core.providers.openai.models import OpenAIModels
from core.providers.openrouter.generation import OpenRouterCosts
from core.providers.openrouter.image import OpenRouterImages
from core.providers.openrouter.speech import OpenRouterSpeech
from core.providers.openrouter.transcription import OpenRouterTranscription
from core.providers.shared import http


class OpenRouter(
    Adapter,
    OpenRouterCosts,
    OpenRouterSpeech,
    OpenRouterTranscription,
    OpenRouterImages,
    OpenAIEmbedding,
    OpenAIModels,
):
    """Chat, speech, transcription, images, embeddings; each answer's cost is as OpenRouter reports it."""

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()
