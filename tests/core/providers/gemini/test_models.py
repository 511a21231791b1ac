from __future__ import annotations

import pytest

from core.contract.errors import UpstreamDenied, UpstreamInvalid
from core.providers import registry
from core.providers.base import ModelDetailsAdapter, ModelListAdapter
from tests.core.providers.gemini.calls import KEY, replies, target
from tests.fakes import gemini

pytestmark = pytest.mark.anyio

FLASH = {
    "name": "models/gemini-2.5-flash",
    "displayName": "Gemini 2.5 Flash",
    "description": "Quick.",
    "inputTokenLimit": 1048576,
    "outputTokenLimit": 65536,
    "supportedGenerationMethods": ["generateContent", "countTokens"],
    "thinking": True,
}


def named(name: str, *methods: str) -> dict:
    return {"name": f"models/{name}", "supportedGenerationMethods": list(methods)}


@pytest.mark.parametrize("wire", ["google", "vertex"])
def test_the_adapters_list_models(wire):
    assert isinstance(registry.adapter(wire), ModelListAdapter)
    assert isinstance(registry.adapter(wire), ModelDetailsAdapter)


async def test_every_page_is_read(provider):
    provider.script("models?pageSize=1000", replies({"models": [FLASH], "nextPageToken": "Cg-_1="}))
    last = {"models": [named("embedding-001", "embedContent")]}
    provider.script("models?pageSize=1000&pageToken=Cg-_1=", replies(last))
    adapter = registry.adapter("google")
    assert await adapter.models(target(provider)) == ("gemini-2.5-flash", "embedding-001")
    assert [seen.headers["x-goog-api-key"] for seen in provider.requests] == [KEY, KEY]


async def test_a_model_is_described_as_far_as_google_tells(provider):
    rows = [
        FLASH,
        named("gemini-3.8-flash-tts", "generateContent"),
        named("gemini-3.5-transcribe", "generateContent"),
        named("gemini-2.5-flash-image", "generateContent"),
        named("embedding-001", "embedContent"),
    ]
    provider.script("models?pageSize=1000", replies({"models": rows}))
    found = await registry.adapter("google").listing(target(provider))
    assert found[0] == {
        "id": "gemini-2.5-flash",
        "name": "Gemini 2.5 Flash",
        "description": "Quick.",
        "owned_by": "google",
        "context_length": 1048576,
        "top_provider": {"max_completion_tokens": 65536},
        "supported_parameters": ["reasoning"],
        "architecture": {
            "input_modalities": ["text", "image", "file", "audio", "video"],
            "output_modalities": ["text"],
        },
    }
    shapes = [row.get("architecture", {}).get("output_modalities") for row in found]
    assert shapes == [["text"], ["speech"], ["transcription"], ["image", "text"], None]


async def test_a_list_that_is_none_is_an_error(provider):
    provider.script("models?pageSize=1000", replies([1]))
    with pytest.raises(UpstreamInvalid):
        await registry.adapter("google").models(target(provider))
    refusal = gemini.error(
        400, "Bad.", "INVALID_ARGUMENT",
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},
    )  # fmt: skip
    provider.script("models?pageSize=1000", replies(refusal, 400))
    with pytest.raises(UpstreamDenied):
        await registry.adapter("google").models(target(provider))
