"""The adapter for Azure OpenAI: https://learn.microsoft.com/azure/ai-foundry/openai/reference.

OpenAI's API with keys, addresses, versions, errors and a list of models of its own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from core.contract.chat import ChatRequest
from core.contract.embedding import EmbeddingRequest
from core.contract.events import Event
from core.contract.image import ImageRequest
from core.contract.route import Target
from core.contract.speech import SpeechRequest
from core.contract.transcription import TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.providers.azure.models import AzureModels
from core.providers.azure.tokens import with_token
from core.providers.azure.vendor import VENDOR
from core.providers.base import Adapter
from core.providers.openai.embedding import OpenAIEmbedding
from core.providers.openai.image.image import OpenAIImages
from core.providers.openai.speech.speech import OpenAISpeech
from core.providers.openai.transcription.transcription import OpenAITranscription
from core.providers.openai.translation import OpenAITranslation
from core.providers.shared import http


class Azure(
    Adapter,
    AzureModels,
    OpenAISpeech,
    OpenAITranscription,
    OpenAITranslation,
    OpenAIImages,
    OpenAIEmbedding,
):
    """A resource of Azure OpenAI, whose models are deployments.

    Each task is done as by OpenAI, with a token where the key is that of an application.
    """

    vendor = VENDOR

    def speak(self, target: Target, request: SpeechRequest) -> AsyncGenerator[Event, None]:
        """https://learn.microsoft.com/azure/ai-foundry/openai/reference"""
        return with_token(super().speak, target, request)

    def transcribe(self, target: Target, request: TranscriptionRequest) -> AsyncGenerator[Event, None]:
        """https://learn.microsoft.com/azure/ai-foundry/openai/reference"""
        return with_token(super().transcribe, target, request)

    def translate(self, target: Target, request: TranslationRequest) -> AsyncGenerator[Event, None]:
        """https://learn.microsoft.com/azure/ai-foundry/openai/reference"""
        return with_token(super().translate, target, request)

    def chat(self, target: Target, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """https://learn.microsoft.com/azure/ai-foundry/openai/reference"""
        return with_token(super().chat, target, request)

    def draw(self, target: Target, request: ImageRequest) -> AsyncGenerator[Event, None]:
        """https://learn.microsoft.com/azure/ai-foundry/openai/how-to/dall-e"""
        return with_token(super().draw, target, request)

    def embed(self, target: Target, request: EmbeddingRequest) -> AsyncGenerator[Event, None]:
        """https://learn.microsoft.com/azure/ai-foundry/openai/reference"""
        return with_token(super().embed, target, request)

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()
