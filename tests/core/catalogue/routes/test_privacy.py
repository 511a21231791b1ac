"""Requests that no provider may keep."""

from __future__ import annotations

import pytest

from core.catalogue.route import route
from core.contract.translation import TranslationRequest
from tests.core.catalogue.requests import (
    audio_file,
    chat_request,
    route_error,
    speech_request,
    transcription_request,
)

pytestmark = pytest.mark.usefixtures("models")

FORBIDDEN = [({"zdr": True}, "provider.zdr"), ({"data_collection": "deny"}, "provider.data_collection")]


@pytest.mark.parametrize(("preferences", "param"), FORBIDDEN)
@pytest.mark.parametrize(
    "request_of",
    [
        lambda fields: transcription_request("openai/whisper-1", **fields),
        lambda fields: TranslationRequest("openai/whisper-1", audio_file(), **fields),
        lambda fields: speech_request("openai/tts-1", **fields),
        lambda fields: chat_request("openai/gpt-4o-mini", **fields),
    ],
)
def test_a_provider_that_may_keep_it_is_refused(openai_key, request_of, preferences, param):
    error = route_error(request_of({"preferences": preferences}))
    assert (error.param, error.provider_code) == (param, "unsupported_parameter")
    assert route(request_of({"preferences": {"zdr": False, "order": ["azure"]}})).targets


def test_this_computer_keeps_nothing():
    request = transcription_request("local/whisper-base", preferences={"zdr": True})
    assert route(request).model == "local/whisper-base"


def test_a_router_is_asked_alone(keys):
    keys(OPENROUTER="sk-or", OPENAI="sk-openai")
    found = route(chat_request("openai/gpt-4o-mini", preferences={"data_collection": "deny"}))
    assert [target.provider for target in found.targets] == ["openrouter"]
