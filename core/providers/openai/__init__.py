"""The OpenAI wire, one file per modality: whoever speaks it is a row in the admin, not code.

https://platform.openai.com/docs/api-reference
"""

from __future__ import annotations

from core.providers import http
from core.providers.openai.chat import Chat
from core.providers.openai.models import Models
from core.providers.openai.speech import Speech
from core.providers.openai.transcription import Transcription
from core.providers.openai.translation import Translation


class OpenAI(Speech, Transcription, Translation, Chat, Models):
    """Any server with OpenAI's paths and bodies."""

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()
