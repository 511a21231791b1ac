"""The provider's id of an answer that has none in its body: in a header, as its support asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from core.providers.shared.surrogates import without_halves

HEADERS = ("x-generation-id", "x-request-id", "request-id", "mistral-correlation-id")
"""OpenRouter's, https://openrouter.ai/docs/api-reference/get-a-generation; OpenAI's and Groq's,
https://platform.openai.com/docs/api-reference/debugging-requests; ElevenLabs', Mistral's."""


def answer_id(headers: Mapping[str, str]) -> str:
    """The first that there is, empty without any."""
    return without_halves(next((value for name in HEADERS if (value := headers.get(name, "").strip())), ""))
