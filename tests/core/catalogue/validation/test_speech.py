"""Speech requests are checked: text, speed, instructions, format, voice."""

from __future__ import annotations

import math

import pytest

from core.catalogue.lookup import get
from core.catalogue.route import route
from core.catalogue.validation import audio_formats
from core.catalogue.validation.speech import speech_voice
from core.catalogue.validation.voice_aliases import VoiceChoice
from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest, Unsupported
from tests.core.catalogue.requests import REHEARSAL, speech_request
from tests.fakes.whisper_files import install_empty

HIBARI = "local/hibari"
ESPEAK = "local/espeak-ng"
MINI = "openai/gpt-4o-mini-tts"
TTS = "openai/tts-1"


@pytest.mark.parametrize(
    ("form", "asked", "encoding"),
    [
        (AudioFormat.MP3, AudioFormat.MP3, None),
        (AudioFormat.FLAC, AudioFormat.PCM, AudioFormat.FLAC),
        (AudioFormat.WAV, AudioFormat.PCM, AudioFormat.WAV),
    ],
)
def test_a_format_that_an_endpoint_does_not_make_is_converted_from_pcm(models, keys, form, asked, encoding):
    pytest.importorskip("av")
    keys(OPENROUTER="sk-or-resold")
    (target,) = route(speech_request(MINI, format=form)).targets
    assert (target.format, target.encoding) == (asked, encoding)


def test_format_of_no_endpoint_lists_the_formats(models, keys, monkeypatch):
    monkeypatch.setattr(audio_formats, "can_encode", lambda form: form is AudioFormat.WAV)
    keys(OPENROUTER="sk-or-resold")
    with pytest.raises(Unsupported) as caught:
        route(speech_request(MINI, format=AudioFormat.FLAC))
    assert caught.value.param == "response_format"
    assert caught.value.metadata == {"formats": ["mp3", "pcm"]}
    assert caught.value.message == f"{MINI} cannot make flac here. It makes mp3, pcm."


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_empty_text_is_refused(rehearsal, text):
    with pytest.raises(InvalidRequest) as caught:
        route(speech_request(text=text))
    assert caught.value.param == "input"


def test_too_long_text_is_refused_with_both_numbers(rehearsal):
    assert route(speech_request(text="ж" * 20_000)).model == REHEARSAL
    with pytest.raises(InvalidRequest) as caught:
        route(speech_request(text="ж" * 20_001))
    assert (caught.value.detail, caught.value.provider_code) == ("string_too_long", "string_above_max_length")
    assert caught.value.metadata == {"length": 20_001, "limit": 20_000}


@pytest.mark.parametrize("speed", [0.2, 4.1, -1, math.inf, math.nan])
def test_speed_out_of_range_is_refused(rehearsal, speed):
    with pytest.raises(InvalidRequest) as caught:
        route(speech_request(speed=speed))
    assert caught.value.param == "speed"
    assert caught.value.metadata == {"minimum": 0.25, "maximum": 4.0}


def test_speed_on_a_model_without_it_is_refused(models):
    with pytest.raises(Unsupported) as caught:
        route(speech_request("google/gemini-3.8-flash-tts", speed=1.5))
    assert (caught.value.param, caught.value.provider_code) == ("speed", "unsupported_parameter")


def test_instructions_where_the_model_takes_them(rehearsal):
    assert route(speech_request(instructions="softly")).model == REHEARSAL


def test_instructions_on_a_model_without_them_are_ignored(openai_key):
    assert route(speech_request(TTS, instructions="softly")).ignored == ("instructions",)
    assert route(speech_request(TTS, instructions="x" * 5000)).ignored == ("instructions",)
    assert route(speech_request(TTS)).ignored == ()
    assert route(speech_request(MINI, instructions="softly")).ignored == ()


def test_a_strict_server_refuses_instructions_on_a_model_without_them(models, settings):
    settings.STRICT_REQUESTS = True
    with pytest.raises(Unsupported) as caught:
        route(speech_request(TTS, instructions="softly"))
    assert (caught.value.param, caught.value.provider_code) == ("instructions", "unsupported_parameter")


def test_too_long_instructions_are_refused(models):
    with pytest.raises(InvalidRequest) as caught:
        route(speech_request(MINI, instructions="x" * 4097))
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
    assert speech_voice(speech_request(model, voice=voice), get(model)) == VoiceChoice(expected)


@pytest.mark.parametrize(
    ("model", "voice", "text", "expected"),
    [
        (TTS, "ballad", "Hello", "echo"),
        ("google/gemini-3.8-flash-tts", "alloy", "Hello", "Zephyr"),
        ("google/gemini-3.8-flash-tts", "nova", "Hello", "Leda"),
        ("google/gemini-3.8-flash-tts", "ONYX", "Hello", "Enceladus"),
        ("mistralai/voxtral-mini-tts-2603", "coral", "Hello", "gb_jane_neutral"),
        ("mistralai/voxtral-mini-tts-2603", "fable", "Hello", "en_paul_neutral"),
        ("canopylabs/orpheus-v1-english", "shimmer", "Hello", "diana"),
        (ESPEAK, "alloy", "Hello", "gmw/en-US"),
        (ESPEAK, "alloy", "Привет", "zle/ru"),
    ],
)
def test_a_like_voice_stands_in_for_one_of_openai(models, model, voice, text, expected):
    choice = speech_voice(speech_request(model, text, voice=voice), get(model))
    assert choice == VoiceChoice(expected, expected)


def test_a_strict_server_refuses_a_voice_that_the_model_has_not(models, settings):
    settings.STRICT_REQUESTS = True
    with pytest.raises(Unsupported) as caught:
        route(speech_request(TTS, voice="ballad"))
    assert caught.value.param == "voice"


@pytest.mark.parametrize("voice", ["nobody", "alloy+f3", "alloy\n", "../alloy"])
def test_unknown_voice_lists_the_voices(models, voice):
    with pytest.raises(Unsupported) as caught:
        route(speech_request(TTS, voice=voice))
    expected = ["alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"]
    assert caught.value.param == "voice"
    assert caught.value.metadata == {"voices": expected}
    assert caught.value.message.endswith(f"It has {', '.join(expected)}.")


@pytest.mark.parametrize("voice", ["zle/ru+", "zle/ru+a b", "zle/ru+../etc", "zle/ru+f3+f4", "no/no+f3"])
def test_unknown_variant_is_refused(models, voice):
    with pytest.raises(Unsupported) as caught:
        route(speech_request(ESPEAK, voice=voice))
    assert len(caught.value.metadata["voices"]) == 141


def test_voices_with_unreadable_ids_are_listed_by_name(models):
    with pytest.raises(Unsupported) as caught:
        route(speech_request("elevenlabs/eleven_v4", voice="rachel"))
    assert caught.value.message.startswith(
        "elevenlabs/eleven_v4 has no voice 'rachel'. It has Aria, Roger, Sarah"
    )
    assert caught.value.metadata["voices"][0] == "9BWtsMINqrJLrRacOk9x"


def test_a_voice_of_this_computer_is_there_once_it_is_installed(models, models_folder):
    model = get(HIBARI)
    for voice in ("fenrir", "Kore", "EMMA"):
        with pytest.raises(Unsupported) as caught:
            speech_voice(speech_request(HIBARI, voice=voice), model)
        assert caught.value.metadata == {"voices": ["heart"]}
        assert caught.value.message.endswith(
            f"once it is installed: manage.py install_model hibari-{voice.lower()}. It has heart."
        )

    install_empty(models_folder, "hibari-fenrir")
    assert [voice.id for voice in model.voices] == ["heart", "fenrir"]
    assert speech_voice(speech_request(HIBARI, voice="Fenrir"), model) == VoiceChoice("fenrir")
    assert speech_voice(speech_request(HIBARI), model) == VoiceChoice("heart")


def test_another_voice_stands_in_for_fable_until_it_is_installed(models, models_folder, settings):
    model, request = get(HIBARI), speech_request(HIBARI, voice="fable")
    assert speech_voice(request, model) == VoiceChoice("heart", "heart")
    settings.STRICT_REQUESTS = True
    with pytest.raises(Unsupported, match="install_model hibari-fable"):
        speech_voice(request, model)

    install_empty(models_folder, "hibari-fable")
    assert speech_voice(request, model) == VoiceChoice("fable")
