"""Speech and models with OpenRouter's client, which requires every field of its schema."""

from __future__ import annotations

import pytest
from openrouter import errors

from core.contract.audio import AudioFormat
from core.models import Budget
from tests.core.api.conftest import make_model
from tests.fakes.audio import audio_bytes

ASK = {"model": "lab/alto", "input": "Hello there"}


def test_speech(router):
    answer = router.tts.create_speech(**ASK, voice="ada", response_format="mp3")
    assert answer.read() == audio_bytes(AudioFormat.MP3, 0.5)
    assert answer.headers["x-generation-id"].startswith("gen-")


def test_speech_in_its_default_format(router):
    answer = router.tts.create_speech(**ASK)
    assert answer.headers["content-type"] == "audio/pcm;rate=24000;channels=1"
    assert answer.read() == audio_bytes(AudioFormat.PCM, 0.5)


def test_models_page_by_page(router, live, lab):
    for name in ("bass", "cello", "drum"):
        make_model(lab, f"lab/{name}")
    live.refresh()
    page = router.models.list(limit=3)
    assert [entry.id for entry in page.result.data] == ["lab/alto", "lab/bass", "lab/cello"]
    assert (page.result.total_count, page.result.links.next is None) == (4, False)
    following = page.next()
    assert [entry.id for entry in following.result.data] == ["lab/drum"]
    assert following.result.links.next is None


def test_a_model_has_its_voices_and_prices(router):
    entry = router.models.get(author="lab", slug="alto").data
    assert entry.supported_voices == ["ada", "ben"]
    assert entry.architecture.output_modalities == ["speech"]
    assert (entry.pricing.prompt, entry.pricing.completion) == ("0", "0")


def test_models_are_counted(router):
    assert router.models.count().data.count == 1


def test_endpoints_of_a_model(router):
    found = router.endpoints.list(author="lab", slug="alto").data
    assert [(entry.provider_name, entry.status) for entry in found.endpoints] == [("Lab", 0)]


def test_providers(router):
    assert [(entry.slug, entry.name) for entry in router.providers.list().data] == [("lab", "Lab")]


@pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")
def test_the_key_tells_its_limits(router, live, alice):
    from core.models import ApiKey  # noqa: PLC0415 - beside its only use

    Budget.objects.create(api_key=ApiKey.objects.get(), limit="2", window="day")
    live.refresh()
    router.tts.create_speech(**ASK).read()
    found = router.api_keys.get_current_key_metadata().data
    assert (found.label, found.limit, found.limit_reset) == ("laptop", 2.0, "daily")
    assert found.usage == pytest.approx(0.00011)
    assert found.limit_remaining == pytest.approx(2 - 0.00011)
    assert found.creator_user_id == str(alice.id)


def test_credits(router, live, alice):
    Budget.objects.create(user=alice, limit="1")
    live.refresh()
    router.tts.create_speech(**ASK).read()
    found = router.credits.get_credits().data
    assert (found.total_usage, found.total_credits) == (pytest.approx(0.00011), pytest.approx(1.0))


def test_a_generation_tells_what_it_cost(router):
    answer = router.tts.create_speech(**ASK)
    answer.read()
    found = router.generations.get_generation(id=answer.headers["x-generation-id"]).data
    assert (found.api_type, found.model, found.provider_name) == ("tts", "lab/alto", "Lab")
    assert found.total_cost == pytest.approx(0.00011)
    assert [entry.status for entry in found.provider_responses] == [200]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"model": "lab/nothing"}, errors.NotFoundResponseError),
        ({"voice": "nobody"}, errors.BadRequestResponseError),
        ({"speed": 9}, errors.BadRequestResponseError),
    ],
)
def test_refusals_are_typed(router, fields, kind):
    with pytest.raises(kind) as caught:
        router.tts.create_speech(**{**ASK, **fields})
    assert caught.value.data.error.code == caught.value.status_code


def test_a_wrong_key_is_typed(live, model):
    import openrouter  # noqa: PLC0415 - beside its only use

    with pytest.raises(errors.UnauthorizedResponseError):
        openrouter.OpenRouter(api_key="ak_wrong", server_url=live.api).credits.get_credits()
