"""The OpenAI wire, one file per modality: whoever speaks it is a row in the admin, not code.

https://platform.openai.com/docs/api-reference
"""

from __future__ import annotations

from core.providers import http
from core.providers.openai.models import Models
from core.providers.openai.speech import Speech


class OpenAI(Speech, Models):
    """Any server with OpenAI's paths and bodies."""

    def prepare(self) -> None:
        http.prepare()

    async def close(self) -> None:
        await http.close()
