"""Models are found by name; errors name similar models and replacements."""

from __future__ import annotations

import pytest

from core.catalogue import lookup, snapshot
from core.catalogue.route import route
from core.contract.errors import ModelNotFound, ModelRetired, WrongEndpoint
from core.contract.tasks import Task
from core.models import AIModel
from tests.core.catalogue.requests import REHEARSAL, speech_request

ESPEAK = "local/espeak-ng"
MINI = "openai/gpt-4o-mini-tts"
TTS = "openai/tts-1"


@pytest.mark.parametrize("spelling", [MINI, MINI.upper(), "OpenAI/GPT-4o-mini-TTS"])
def test_model_names_are_found_in_any_case(models, keys, spelling):
    keys(OPENAI="sk-direct")
    assert route(speech_request(spelling)).model == MINI


def test_an_unknown_model_error_names_similar_models(models):
    with pytest.raises(ModelNotFound) as caught:
        route(speech_request("local/espek-ng"))
    assert caught.value.status == 404
    assert caught.value.metadata["near_models"][0] == ESPEAK
    assert ESPEAK in caught.value.message


def test_a_model_name_without_author_suggests_full_names(models):
    with pytest.raises(ModelNotFound) as caught:
        route(speech_request("tts-1-hd"))
    assert caught.value.metadata["near_models"][:2] == ["azure/tts-1-hd", "openai/tts-1-hd"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("gpt-4o-mini-tts", MINI),
        ("GPT-4o-mini-TTS", MINI),
        ("tts-1", TTS),
        ("openai/openai/gpt-4o-mini-tts", MINI),
        ("OpenAI/openai/tts-1", TTS),
        ("espeak-ng", ESPEAK),
        ("local/local/espeak-ng", ESPEAK),
    ],
)
def test_a_name_finds_its_one_model_without_author_and_with_a_doubled_one(models, keys, name, slug):
    keys(OPENAI="sk-direct")
    assert route(speech_request(name)).model == slug


def test_two_models_of_one_name_are_both_named(models):
    with pytest.raises(ModelNotFound) as caught:
        route(speech_request("tts-1"))
    assert (caught.value.status, caught.value.provider_code) == (404, "ambiguous_model")
    assert caught.value.metadata == {"near_models": ["azure/tts-1", TTS]}
    assert f"azure/tts-1, {TTS}." in caught.value.message


def test_a_name_without_author_finds_no_retired_model_where_another_has_it(catalogue, keys):
    keys(OPENAI="sk-direct")
    assert lookup.canonical("tts-1") == TTS
    AIModel.objects.filter(slug=TTS).update(shutdown_at="2026-01-01")
    snapshot.reset()
    assert lookup.canonical("tts-1") == "azure/tts-1"
    AIModel.objects.filter(slug=ESPEAK).update(shutdown_at="2026-01-01")
    snapshot.reset()
    assert lookup.canonical("espeak-ng") == ESPEAK


@pytest.mark.parametrize(
    "name", ["", "/", "//", "openai/", "openai/openai", "nobody/gpt-4o", "openai/openai/nothing"]
)
def test_other_names_find_nothing(models, name):
    assert lookup.find(name) is None
    assert lookup.canonical(name) == name


def test_a_very_long_model_name_is_shortened(models):
    with pytest.raises(ModelNotFound) as caught:
        route(speech_request("x" * 100_000))
    assert len(caught.value.message) < 300


def test_retired_model_names_the_replacement(models):
    with pytest.raises(ModelRetired) as caught:
        route(speech_request("google/gemini-2.5-flash-preview-tts"))
    assert caught.value.status == 404
    assert caught.value.metadata == {
        "shutdown_at": "2026-11-17",
        "replacement": "google/gemini-3.8-flash-tts",
        "fallback_models": ["google/gemini-3.8-flash-tts"],
    }
    assert caught.value.message.endswith("Use google/gemini-3.8-flash-tts instead.")


def test_a_model_is_retired_from_its_shutdown_date(catalogue, keys):
    keys(OPENAI="sk-direct")
    AIModel.objects.filter(slug=TTS).update(shutdown_at="2026-01-01")
    snapshot.reset()
    with pytest.raises(ModelRetired):
        route(speech_request(TTS))
    AIModel.objects.filter(slug=TTS).update(shutdown_at="2999-01-01")
    snapshot.reset()
    assert route(speech_request(TTS)).model == TTS


def test_a_model_of_another_task_names_its_endpoint(models):
    with pytest.raises(WrongEndpoint) as caught:
        route(speech_request("openai/gpt-4o"))
    assert caught.value.status == 400
    sentence, _, others = caught.value.message.partition(". ")
    assert sentence == "openai/gpt-4o does chat, not speech: call /chat/completions"
    assert others.startswith("For speech there is local/hibari, local/espeak-ng, ")
    metadata = caught.value.metadata
    assert (metadata["tasks"], metadata["endpoints"]) == (["chat"], ["/chat/completions"])
    assert metadata["models"][:2] == ["local/hibari", ESPEAK]


def test_disabled_model_is_not_found(catalogue):
    AIModel.objects.filter(slug=ESPEAK).update(enabled=False)
    snapshot.reset()
    with pytest.raises(ModelNotFound) as caught:
        route(speech_request(ESPEAK))
    assert caught.value.provider_code == "model_disabled"


def test_rehearsal_is_hidden_until_enabled(models):
    with pytest.raises(ModelNotFound):
        route(speech_request())
    with pytest.raises(ModelNotFound) as caught:
        route(speech_request("local/rehearsel"))
    assert REHEARSAL not in caught.value.metadata["near_models"]


def test_optional_model_that_is_not_installed_says_how(models):
    with pytest.raises(
        ModelNotFound, match=r"is not installed here: .*manage\.py install_model whisper-small"
    ):
        lookup.get("local/whisper-small")


def test_pocketsphinx_names_its_successor(models):
    with pytest.raises(ModelRetired) as caught:
        lookup.get_for("local/pocketsphinx", Task.TRANSCRIPTION)
    assert caught.value.status == 404
    assert caught.value.metadata["replacement"] == "local/whisper-base"
    assert caught.value.message == (
        "The model local/pocketsphinx was shut down on 2026-11-28. Use local/whisper-base instead."
    )


PREVIEW, AUDIO = "openai/gpt-4o-audio-preview", "openai/gpt-audio-1.5"


def ask_replacement(*slugs: str, **fields: object) -> None:
    AIModel.objects.filter(slug__in=slugs).update(use_replacement=True, **fields)
    snapshot.reset()


def test_a_retired_models_replacement_answers_where_an_admin_says_so(catalogue, keys):
    keys(OPENAI="sk-direct")
    assert lookup.canonical(PREVIEW) == PREVIEW
    with pytest.raises(ModelRetired) as caught:
        lookup.get_for(PREVIEW, Task.CHAT)
    assert (caught.value.status, caught.value.metadata["replacement"]) == (404, AUDIO)
    ask_replacement(PREVIEW)
    assert lookup.canonical("GPT-4o-audio-preview") == AUDIO
    assert lookup.get_for(PREVIEW, Task.CHAT).slug == AUDIO


def test_replacements_are_followed_to_the_last_and_a_circle_is_none(catalogue):
    AIModel.objects.filter(slug=AUDIO).update(replacement="openai/gpt-6-luna")
    ask_replacement(PREVIEW, AUDIO)
    assert lookup.canonical(PREVIEW) == "openai/gpt-6-luna"
    ask_replacement("openai/gpt-6-luna", replacement=PREVIEW)
    assert [lookup.canonical(slug) for slug in (PREVIEW, AUDIO)] == [PREVIEW, AUDIO]


def test_a_model_that_is_switched_off_asks_no_replacement(catalogue):
    ask_replacement(PREVIEW, enabled=False)
    with pytest.raises(ModelNotFound) as caught:
        lookup.get_for(PREVIEW, Task.CHAT)
    assert caught.value.provider_code == "model_disabled"
