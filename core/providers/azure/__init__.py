"""The adapter for Azure OpenAI: https://learn.microsoft.com/azure/ai-foundry/openai/reference.

OpenAI's API with keys, addresses, versions, errors and a list of models of its own.
"""

from __future__ import annotations

from core.providers.azure.models import AzureModels
from core.providers.azure.vendor import VENDOR
from core.providers.base import Adapter
from core.providers.openai.chat.chat import OpenAIChat
from core.providers.openai.speech.speech import OpenAISpeech
from core.providers.openai.transcription.transcription import OpenAITranscription
from core.providers.openai.translation import OpenAITranslation
from core.providers.shared import http


class Azure(Adapter, AzureModels, OpenAISpeech, OpenAITranscription, OpenAITranslation, OpenAIChat):
    """A resource of Azure OpenAI, whose models are deployments."""

    vendor = VENDOR

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()
