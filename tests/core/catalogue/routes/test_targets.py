"""Targets: which endpoints, in which order, with which address and key."""

from __future__ import annotations

import pytest

from core.catalogue import snapshot
from core.catalogue.route import route
from core.contract.audio import AudioFormat
from core.contract.errors import Unavailable
from core.models import AIModel, Endpoint, Provider, ProviderKey
from tests.core.catalogue.requests import REHEARSAL, speech_request

MINI = "openai/gpt-4o-mini-tts"
TTS = "openai/tts-1"


def test_the_rehearsal_model_has_one_complete_target(rehearsal):
    found = route(speech_request())
    (target,) = found.targets
    assert found.model == REHEARSAL
    assert (target.provider, target.wire, target.model) == ("rehearsal", "rehearsal", "rehearsal")
    assert (target.voice, target.format, target.credential) == ("tone", AudioFormat.WAV, None)
    assert [(price.name, price.usd_per_unit) for price in target.prices] == [("request.request", 0)]


def test_targets_come_by_priority(models, keys):
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")
    targets = route(speech_request(MINI)).targets
    assert [(target.provider, target.model) for target in targets] == [
        ("openai", "gpt-4o-mini-tts"),
        ("openrouter", "openai/gpt-4o-mini-tts-2025-12-15"),
    ]
    assert [target.credential.reveal() for target in targets] == ["sk-direct", "sk-or-resold"]
    assert [target.base_url for target in targets] == [
        "https://api.openai.com/v1",
        "https://openrouter.ai/api/v1",
    ]
    assert targets[0].options == {
        "urls": ["image"],
        "audio_tokens_per_second": 20,
        "speech_events": {"stream_format": "sse"},
    }


def test_targets_of_one_priority_come_by_weight(catalogue, keys):
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")
    Endpoint.objects.filter(model__slug=MINI).update(priority=10)
    Endpoint.objects.filter(model__slug=MINI, provider__slug="openrouter").update(weight=9)
    snapshot.reset()
    assert [target.provider for target in route(speech_request(MINI)).targets] == ["openrouter", "openai"]


def test_endpoints_without_key_are_passed_over(models, keys):
    keys(OPENROUTER="sk-or-resold")
    assert [target.provider for target in route(speech_request(MINI)).targets] == ["openrouter"]


def test_missing_key_says_what_the_admin_must_do(models):
    with pytest.raises(Unavailable) as caught:
        route(speech_request(TTS))
    assert (caught.value.status, caught.value.provider_code) == (503, "provider_needs_key")
    assert caught.value.message == (
        "openai/tts-1 cannot be called yet. OpenAI needs a key: an admin adds one under Providers or sets "
        "OPENAI_API_KEY. Create a key at platform.openai.com under API keys."
    )


def test_stored_key_makes_the_provider_live(catalogue):
    provider = Provider.objects.get(slug="openai")
    ProviderKey.objects.create(provider=provider, secret="sk-stored-in-the-admin")
    (target,) = route(speech_request(TTS)).targets
    assert target.credential.reveal() == "sk-stored-in-the-admin"
    assert "sk-stored" not in repr(target)


def test_a_model_added_by_an_admin_needs_only_an_endpoint(db):
    provider = Provider.objects.create(
        slug="speaches", name="Speaches", base_url="http://127.0.0.1:9/v1", internal=True, needs_key=False
    )
    model = AIModel.objects.create(slug="kokoro", name="Kokoro", tasks=["speech"], formats=["mp3"])
    Endpoint.objects.create(model=model, provider=provider, upstream_id="hexgrad/kokoro")
    (target,) = route(speech_request("kokoro", voice="af_sky")).targets
    assert (target.wire, target.voice, target.credential) == ("openai", "af_sky", None)
    assert target.prices == ()
