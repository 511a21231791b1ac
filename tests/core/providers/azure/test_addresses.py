from __future__ import annotations

import pytest

from core.contract.errors import InvalidRequest
from core.contract.route import Target
from core.providers.azure.addresses import VERSION, address

HOST = "https://r.openai.azure.com"


def at(base: str, model: str = "tts", **options: str) -> Target:
    return Target(1, "azure", "Azure", "azure", base, model, options=options)


@pytest.mark.parametrize(
    "base", ["", "/", "/openai", "/openai/", "/openai/deployments/other/chat/completions"]
)
def test_a_deployment_stands_in_the_address(base):
    expected = f"{HOST}/openai/deployments/tts/audio/speech?api-version={VERSION}"
    assert address(at(HOST + base), "audio/speech") == expected


def test_a_gateway_in_front_keeps_its_path():
    found = address(at("https://gateway.test/ai/openai"), "chat/completions")
    assert found == f"https://gateway.test/ai/openai/deployments/tts/chat/completions?api-version={VERSION}"


def test_the_version_is_that_of_the_option_then_of_the_address():
    base = f"{HOST}/openai/deployments/x/audio/speech?api-version=2024-06-01"
    assert address(at(base), "audio/speech").endswith("/tts/audio/speech?api-version=2024-06-01")
    found = address(at(base, api_version="2024-10-21"), "audio/speech")
    assert found.endswith("/tts/audio/speech?api-version=2024-10-21")


@pytest.mark.parametrize(
    ("path", "query"), [("chat/completions", ""), ("audio/speech", "?api-version=preview")]
)
def test_v1_has_no_deployment_and_versions_of_audio_only(path, query):
    for base in ("/openai/v1", "/openai/v1/"):
        assert address(at(HOST + base), path) == f"{HOST}/openai/v1/{path}{query}"


@pytest.mark.parametrize(("model", "segment"), [("a/../b", "a%2F..%2Fb"), ("x?y", "x%3Fy")])
def test_a_name_cannot_lead_elsewhere(model, segment):
    assert f"/deployments/{segment}/chat" in address(at(HOST, model), "chat/completions")


@pytest.mark.parametrize("model", ["", ".", ".."])
def test_a_name_that_is_none_is_refused(model):
    with pytest.raises(InvalidRequest) as caught:
        address(at(HOST, model), "chat/completions")
    assert caught.value.param == "model"
