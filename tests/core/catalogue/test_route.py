"""From request to route: targets in order, or an error that says what to change."""

from __future__ import annotations

import math

import pytest

from core.catalogue import snapshot
from core.catalogue.lookup import get
from core.catalogue.route import ROUTES, route
from core.catalogue.validation.speech import speech_voice
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.errors import (
    InvalidRequest,
    ModelNotFound,
    ModelRetired,
    Unavailable,
    Unsupported,
    WrongEndpoint,
)
from core.contract.requests import Request
from core.contract.speech import SpeechRequest
from core.contract.tasks import Task, UnknownTask
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.models import AIModel, Endpoint, Provider, ProviderKey

ESPEAK = "local/espeak-ng"
MINI = "openai/gpt-4o-mini-tts"
TTS = "openai/tts-1"
REHEARSAL = "local/rehearsal"


def ask(model: str = REHEARSAL, text: str = "Hello", **fields) -> SpeechRequest:
    form = AudioFormat.WAV if model == REHEARSAL else AudioFormat.MP3
    return SpeechRequest(model, text, **{"format": form, **fields})


def test_rehearsal_gets_one_whole_target(rehearsal):
    found = route(ask())
    (target,) = found.targets
    assert found.model == REHEARSAL
    assert (target.provider, target.wire, target.model) == ("rehearsal", "rehearsal", "rehearsal")
    assert (target.voice, target.format, target.credential) == ("tone", AudioFormat.WAV, None)
    assert [(price.name, price.usd_per_unit) for price in target.prices] == [("request.request", 0)]


def test_targets_come_by_priority(models, keys):
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")
    targets = route(ask(MINI)).targets
    assert [(target.provider, target.model) for target in targets] == [
        ("openai", "gpt-4o-mini-tts"),
        ("openrouter", "openai/gpt-4o-mini-tts-2025-12-15"),
    ]
    assert [target.credential.reveal() for target in targets] == ["sk-direct", "sk-or-resold"]
    assert [target.base_url for target in targets] == [
        "https://api.openai.com/v1",
        "https://openrouter.ai/api/v1",
    ]
    assert targets[0].options == {"urls": ["image"], "audio_tokens_per_second": 20}


def test_targets_of_one_priority_come_by_weight(catalogue, keys):
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")
    Endpoint.objects.filter(model__slug=MINI).update(priority=10)
    Endpoint.objects.filter(model__slug=MINI, provider__slug="openrouter").update(weight=9)
    snapshot.reset()
    assert [target.provider for target in route(ask(MINI)).targets] == ["openrouter", "openai"]


def test_endpoints_without_key_are_passed_over(models, keys):
    keys(OPENROUTER="sk-or-resold")
    assert [target.provider for target in route(ask(MINI)).targets] == ["openrouter"]


def test_endpoints_that_cannot_make_the_format_are_passed_over(models, keys):
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")
    found = route(ask(MINI, format=AudioFormat.FLAC))
    assert [(target.provider, target.format) for target in found.targets] == [("openai", "flac")]


def test_wanted_formats_are_tried_in_order_per_target(models, keys):
    keys(OPENAI="sk-direct", OPENROUTER="sk-or-resold")
    found = route(ask(MINI, formats=(AudioFormat.WAV, AudioFormat.PCM)))
    assert [(target.provider, target.format) for target in found.targets] == [
        ("openai", "wav"),
        ("openrouter", "pcm"),
    ]


def test_format_of_no_endpoint_lists_the_formats(models, keys):
    keys(OPENROUTER="sk-or-resold")
    with pytest.raises(Unsupported) as caught:
        route(ask(MINI, format=AudioFormat.FLAC))
    assert caught.value.param == "response_format"
    assert caught.value.metadata == {"formats": ["mp3", "pcm"]}
    assert caught.value.message == f"{MINI} cannot make flac here. It makes mp3, pcm."


@pytest.mark.parametrize("spelling", [MINI, MINI.upper(), "OpenAI/GPT-4o-mini-TTS"])
def test_model_names_are_found_in_any_case(models, keys, spelling):
    keys(OPENAI="sk-direct")
    assert route(ask(spelling)).model == MINI


def test_unknown_model_names_near_ones(models):
    with pytest.raises(ModelNotFound) as caught:
        route(ask("local/espek-ng"))
    assert caught.value.status == 404
    assert caught.value.metadata["near_models"][0] == ESPEAK
    assert ESPEAK in caught.value.message


def test_model_without_author_names_the_full_ones(models):
    with pytest.raises(ModelNotFound) as caught:
        route(ask("tts-1-hd"))
    assert caught.value.metadata["near_models"][:2] == ["azure/tts-1-hd", "openai/tts-1-hd"]


def test_monstrous_model_name_is_cut(models):
    with pytest.raises(ModelNotFound) as caught:
        route(ask("x" * 100_000))
    assert len(caught.value.message) < 300


def test_retired_model_names_the_replacement(models):
    with pytest.raises(ModelRetired) as caught:
        route(ask("google/gemini-2.5-flash-preview-tts"))
    assert caught.value.status == 404
    assert caught.value.metadata == {
        "shutdown_at": "2026-11-17",
        "replacement": "google/gemini-3.8-flash-tts",
        "fallback_models": ["google/gemini-3.8-flash-tts"],
    }
    assert caught.value.message.endswith("Use google/gemini-3.8-flash-tts instead.")


def test_a_model_retires_on_its_day(catalogue, keys):
    keys(OPENAI="sk-direct")
    AIModel.objects.filter(slug=TTS).update(shutdown_at="2026-01-01")
    snapshot.reset()
    with pytest.raises(ModelRetired):
        route(ask(TTS))
    AIModel.objects.filter(slug=TTS).update(shutdown_at="2999-01-01")
    snapshot.reset()
    assert route(ask(TTS)).model == TTS


def test_model_of_another_task_says_where_to_go(models):
    with pytest.raises(WrongEndpoint) as caught:
        route(ask("openai/gpt-4o"))
    assert caught.value.status == 400
    told, _, others = caught.value.message.partition(". ")
    assert told == "openai/gpt-4o does chat, not speech: call /chat/completions"
    assert others.startswith("For speech there is local/espeak-ng, ")
    metadata = caught.value.metadata
    assert (metadata["tasks"], metadata["endpoints"]) == (["chat"], ["/chat/completions"])
    assert metadata["models"][0] == ESPEAK


def test_disabled_model_is_not_found(catalogue):
    AIModel.objects.filter(slug=ESPEAK).update(enabled=False)
    snapshot.reset()
    with pytest.raises(ModelNotFound) as caught:
        route(ask(ESPEAK))
    assert caught.value.provider_code == "model_disabled"


def test_rehearsal_is_hidden_until_enabled(models):
    with pytest.raises(ModelNotFound):
        route(ask())
    with pytest.raises(ModelNotFound) as caught:
        route(ask("local/rehearsel"))
    assert REHEARSAL not in caught.value.metadata["near_models"]


def test_missing_key_says_what_the_admin_must_do(models):
    with pytest.raises(Unavailable) as caught:
        route(ask(TTS))
    assert (caught.value.status, caught.value.provider_code) == (503, "provider_needs_key")
    assert caught.value.message == (
        "openai/tts-1 cannot be called yet. OpenAI needs a key: an admin adds one under Providers or sets "
        "OPENAI_API_KEY. Create a key at platform.openai.com under API keys."
    )


def test_stored_key_makes_the_provider_live(catalogue):
    provider = Provider.objects.get(slug="openai")
    ProviderKey.objects.create(provider=provider, secret="sk-stored-in-the-admin")
    (target,) = route(ask(TTS)).targets
    assert target.credential.reveal() == "sk-stored-in-the-admin"
    assert "sk-stored" not in repr(target)


def test_the_callers_mistake_is_told_before_the_missing_key(models):
    with pytest.raises(Unsupported) as caught:
        route(ask(TTS, voice="nobody"))
    assert caught.value.param == "voice"


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_empty_text_is_refused(rehearsal, text):
    with pytest.raises(InvalidRequest) as caught:
        route(ask(text=text))
    assert caught.value.param == "input"


def test_too_long_text_is_refused_with_both_numbers(rehearsal):
    assert route(ask(text="ж" * 20_000)).model == REHEARSAL
    with pytest.raises(InvalidRequest) as caught:
        route(ask(text="ж" * 20_001))
    assert (caught.value.detail, caught.value.provider_code) == ("string_too_long", "string_above_max_length")
    assert caught.value.metadata == {"length": 20_001, "limit": 20_000}


@pytest.mark.parametrize("speed", [0.2, 4.1, -1, math.inf, math.nan])
def test_speed_out_of_range_is_refused(rehearsal, speed):
    with pytest.raises(InvalidRequest) as caught:
        route(ask(speed=speed))
    assert caught.value.param == "speed"
    assert caught.value.metadata == {"minimum": 0.25, "maximum": 4.0}


def test_speed_on_a_model_without_it_is_refused(models):
    with pytest.raises(Unsupported) as caught:
        route(ask("google/gemini-3.8-flash-tts", speed=1.5))
    assert (caught.value.param, caught.value.provider_code) == ("speed", "unsupported_parameter")


def test_instructions_where_the_model_takes_them(rehearsal):
    assert route(ask(instructions="softly")).model == REHEARSAL


def test_instructions_on_a_model_without_them_are_refused(models):
    with pytest.raises(Unsupported) as caught:
        route(ask(TTS, instructions="softly"))
    assert (caught.value.param, caught.value.provider_code) == ("instructions", "unsupported_parameter")


def test_too_long_instructions_are_refused(models):
    with pytest.raises(InvalidRequest) as caught:
        route(ask(MINI, instructions="x" * 4097))
    assert caught.value.param == "instructions"


@pytest.mark.parametrize(
    ("model", "voice", "expected"),
    [
        (TTS, "nova", "nova"),
        (TTS, "NOVA", "nova"),
        (TTS, None, "alloy"),
        ("elevenlabs/eleven_v4", "aria", "9BWtsMINqrJLrRacOk9x"),
        ("elevenlabs/eleven_v4", "9bwtsminqrjlrracok9x", "9BWtsMINqrJLrRacOk9x"),
        (ESPEAK, "gmw/en-US", "gmw/en-US"),
        (ESPEAK, "GMW/EN-us", "gmw/en-US"),
        (ESPEAK, "Russian", "zle/ru"),
        (ESPEAK, "zle/ru+f3", "zle/ru+f3"),
    ],
)
def test_voices_by_id_and_name(models, model, voice, expected):
    assert speech_voice(ask(model, voice=voice), get(model)) == expected


@pytest.mark.parametrize("voice", ["nobody", "alloy+f3", "alloy\n", "../alloy"])
def test_unknown_voice_lists_the_voices(models, voice):
    with pytest.raises(Unsupported) as caught:
        route(ask(TTS, voice=voice))
    expected = ["alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"]
    assert caught.value.param == "voice"
    assert caught.value.metadata == {"voices": expected}
    assert caught.value.message.endswith(f"It has {', '.join(expected)}.")


@pytest.mark.parametrize("voice", ["zle/ru+", "zle/ru+a b", "zle/ru+../etc", "zle/ru+f3+f4", "no/no+f3"])
def test_unknown_variant_is_refused(models, voice):
    with pytest.raises(Unsupported) as caught:
        route(ask(ESPEAK, voice=voice))
    assert len(caught.value.metadata["voices"]) == 141


def test_voices_with_unreadable_ids_are_listed_by_name(models):
    with pytest.raises(Unsupported) as caught:
        route(ask("elevenlabs/eleven_v4", voice="rachel"))
    assert caught.value.message.startswith(
        "elevenlabs/eleven_v4 has no voice 'rachel'. It has Aria, Roger, Sarah"
    )
    assert caught.value.metadata["voices"][0] == "9BWtsMINqrJLrRacOk9x"


def test_an_admins_own_model_needs_nothing_but_an_endpoint(db):
    provider = Provider.objects.create(
        slug="speaches", name="Speaches", base_url="http://127.0.0.1:9/v1", needs_key=False
    )
    model = AIModel.objects.create(slug="kokoro", name="Kokoro", tasks=["speech"], formats=["mp3"])
    Endpoint.objects.create(model=model, provider=provider, upstream_id="hexgrad/kokoro")
    (target,) = route(ask("kokoro", voice="af_sky")).targets
    assert (target.wire, target.voice, target.credential) == ("openai", "af_sky", None)
    assert target.prices == ()


AUDIO = AudioFile("/nowhere", "audio.wav", "audio/wav", 1000, 60.0)
REQUESTS = {
    Task.SPEECH: SpeechRequest(TTS, "Hello"),
    Task.TRANSCRIPTION: TranscriptionRequest("openai/whisper-1", AUDIO),
    Task.TRANSLATION: TranslationRequest("openai/whisper-1", AUDIO),
    Task.CHAT: ChatRequest("openai/gpt-4o", ({"role": "user", "content": "Hello"},)),
}


class MadeUpRequest:
    """A request of a task that no layer knows."""

    task = "telepathy"
    model = TTS


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_task_without_a_row_is_routed_as_no_other(models, keys, monkeypatch, request_: Request):
    keys(OPENAI="sk-direct")
    assert route(request_).targets
    monkeypatch.delitem(ROUTES, request_.task)
    with pytest.raises(UnknownTask, match=f"core.catalogue.route has no row for the task {request_.task}"):
        route(request_)


def test_a_made_up_task_is_unknown(models):
    with pytest.raises(UnknownTask, match="telepathy"):
        route(MadeUpRequest())
