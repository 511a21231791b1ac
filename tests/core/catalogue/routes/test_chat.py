"""Routes of chat requests."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.contract.audio import AudioFormat
from core.contract.chat import Modality
from core.contract.errors import TooLarge, Unavailable
from core.models import AIModel, Endpoint, Provider
from tests.core.catalogue.requests import PART_KEYS, TEXT_AND_AUDIO, chat_request, file_part, route_error

GPT = "openai/gpt-4o"
AUDIO = "openai/gpt-audio"
GEMINI = "google/gemini-2.5-flash"
VOXTRAL = "mistralai/voxtral-small-24b-2507"
ADDRESS = "https://example.org/file"


pytestmark = pytest.mark.usefixtures("two_keys")


def test_addresses_go_to_providers_that_fetch_them():
    targets = route(chat_request(GPT, file_part(Modality.IMAGE, ADDRESS))).targets
    assert [target.provider for target in targets] == ["openai", "openrouter"]
    (target,) = route(chat_request(GPT, file_part(Modality.FILE, ADDRESS))).targets
    assert target.provider == "openrouter"


def test_files_without_room_in_a_request_go_to_providers_that_take_uploads(keys):
    keys(GEMINI="sk-studio", VERTEX="sk-express")

    def providers(*sizes: int) -> set[str]:
        parts = [file_part(Modality.IMAGE, size=size) for size in sizes]
        return {target.provider for target in route(chat_request(GEMINI, *parts)).targets}

    assert providers() == providers(14_250_000) == {"google", "vertex"}
    assert providers(14_250_003) == providers(8_000_000, 8_000_000) == {"google"}
    keys(VERTEX="sk-express")
    error = route_error(chat_request(GEMINI, file_part(Modality.IMAGE, size=15_000_000)), TooLarge)
    assert (error.status, error.param, error.metadata) == (
        413,
        "messages",
        {"bytes": 20_000_000, "limit": 20_000_000},
    )
    assert error.message == (
        "The files have 20.0 MB in base64; a request to Google Vertex AI has room for 19 MB: "
        "about 14 MB of files."
    )


def test_a_change_counts_from_the_next_request_on(catalogue, keys):
    first = route(chat_request(GPT))
    assert [target.credential.reveal() for target in first.targets] == ["sk-direct", "sk-or-resold"]
    keys(OPENAI="sk-other")
    assert [target.credential.reveal() for target in route(chat_request(GPT)).targets] == ["sk-other"]
    Endpoint.objects.filter(model__slug=GPT, provider__slug="openai").update(weight=7)
    snapshot.reload()
    assert [target.weight for target in route(chat_request(GPT)).targets] == [7]


def test_requests_fail_each_time_while_no_provider_is_ready(keys):
    keys()
    assert {route_error(chat_request(GPT), Unavailable).provider_code for _ in range(2)} == {
        "provider_needs_key"
    }
    keys(OPENAI="sk-late")
    assert len(route(chat_request(GPT)).targets) == 1


def test_a_text_only_response_has_no_voice_and_no_format():
    (target, _resold) = route(
        chat_request(AUDIO, file_part(Modality.AUDIO), voice="nobody", format=AudioFormat.MP3)
    ).targets
    assert (target.voice, target.format) == (None, None)


def test_a_target_has_the_models_token_limits():
    options = route(chat_request(GPT)).targets[0].options
    assert (options["context_length"], options["max_output"]) == (128_000, 16_384)
    assert "max_output" not in route(chat_request(VOXTRAL)).targets[0].options


@pytest.mark.parametrize(
    ("modality", "seconds"), [(Modality.IMAGE, 300), (Modality.AUDIO, 300), (Modality.VIDEO, 600)]
)
def test_a_video_extends_the_deadline(modality, seconds):
    assert route(chat_request(GEMINI, file_part(modality))).policy.deadline == seconds


def test_a_model_added_by_an_admin_takes_every_modality():
    provider = Provider.objects.create(
        slug="vllm", name="vLLM", base_url="http://127.0.0.1:9/v1", internal=True, needs_key=False
    )
    model = AIModel.objects.create(slug="omni", name="Omni", tasks=["chat"])
    Endpoint.objects.create(model=model, provider=provider, upstream_id="qwen/omni")
    snapshot.reset()
    everything = [file_part(modality) for modality in PART_KEYS]
    (target,) = route(chat_request("omni", *everything, modalities=TEXT_AND_AUDIO, voice="Ethan")).targets
    assert (target.wire, target.voice, target.format) == ("openai", "Ethan", AudioFormat.PCM)


@pytest.mark.parametrize(("streamed", "seconds"), [(True, 60.0), (False, 150.0)])
def test_a_whole_answer_may_be_silent_for_longer(streamed, seconds):
    assert route(chat_request(GPT, streamed=streamed)).policy.first_event == seconds
