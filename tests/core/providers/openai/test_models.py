from __future__ import annotations

import json

import pytest

from core.contract.errors import (
    UpstreamDenied,
    UpstreamError,
    UpstreamFailed,
    UpstreamInvalid,
)
from core.contract.route import Secret, Target
from core.providers.registry import adapter
from tests.fakes import scenarios

pytestmark = pytest.mark.anyio


def target(provider) -> Target:
    options = {"timeout": 5.0, "idle_timeout": 0.3}
    return Target(1, "fake", "Fake", "openai", provider.url, "", Secret(lambda: "sk-canary"), options=options)


async def test_models_lists_ids(provider):
    assert await adapter("openai").models(target(provider)) == ("tts-1", "ok")
    assert (provider.requests[0].method, provider.requests[0].path) == ("GET", "/v1/models")


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        (scenarios.status(401), UpstreamDenied),
        (scenarios.body(b"<html>"), UpstreamInvalid),
        (scenarios.body(b'{"data": 7}'), UpstreamInvalid),
        (scenarios.body(b'{"data": [7]}'), UpstreamInvalid),
        (scenarios.body(b"7"), UpstreamInvalid),
        (scenarios.body(json.dumps({"error": {"message": "no", "code": 503}}).encode()), UpstreamFailed),
    ],
)
async def test_models_that_cannot_be_listed_say_why(provider, scenario, kind):
    provider.script("models", scenario)
    with pytest.raises(UpstreamError) as caught:
        await adapter("openai").models(target(provider))
    assert type(caught.value) is kind
