from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.contract.errors import UpstreamDenied, UpstreamInvalid
from core.providers.base import AccountState, ListedVoice
from core.providers.registry import adapter
from tests.core.providers.elevenlabs.calls import KEY, target
from tests.fakes.scenarios import body, status

pytestmark = pytest.mark.anyio


async def test_the_models_are_those_that_speak(vendor):
    assert await adapter("elevenlabs").models(target(vendor)) == (
        "eleven_multilingual_v2",
        "eleven_flash_v2_5",
    )
    assert vendor.requests[0].headers["xi-api-key"] == KEY


async def test_the_account_has_a_plan_and_characters(vendor):
    assert await adapter("elevenlabs").account(target(vendor)) == AccountState(
        "creator", 1200, 100_000, datetime(2027, 1, 1, tzinfo=UTC)
    )


async def test_voices_have_names(vendor):
    assert await adapter("elevenlabs").voices(target(vendor)) == (
        ListedVoice(
            "JBFqnCBsd6RMkjVDRZzb",
            "George",
            gender="male",
            description="A warm storyteller.",
            sample_url="https://storage.example.com/george.mp3",
        ),
        ListedVoice("Zx9FakeVoice00000001", "Mira", gender="female", description="irish"),
    )


@pytest.mark.parametrize(
    ("method", "path"), [("models", "models"), ("voices", "voices"), ("account", "subscription")]
)
@pytest.mark.parametrize("odd", [7, "text", {"voices": 7}])
async def test_a_list_that_is_none_is_invalid(vendor, method, path, odd):
    vendor.script(path, body(json.dumps(odd).encode()))
    if (method, odd) == ("account", {"voices": 7}):
        assert await adapter("elevenlabs").account(target(vendor)) == AccountState("")
        return
    with pytest.raises(UpstreamInvalid):
        await getattr(adapter("elevenlabs"), method)(target(vendor))


@pytest.mark.parametrize("method", ["models", "voices", "account"])
async def test_a_key_that_is_not_accepted_is_denied(vendor, method):
    path = {"account": "subscription"}.get(method, method)
    vendor.script(path, status(401, {"detail": {"status": "invalid_api_key", "message": "Invalid API key"}}))
    with pytest.raises(UpstreamDenied):
        await getattr(adapter("elevenlabs"), method)(target(vendor))
