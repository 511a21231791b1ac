from __future__ import annotations

import pytest

from core.bodies.server_fields import SERVER_FIELDS
from core.bodies.speech import FinishedSpeech, SpeechBody, SpeechCollector
from core.bodies.validation import validate
from core.contract.audio import AudioFormat
from core.contract.errors import InvalidRequest
from core.contract.events import AudioChunk, AudioStart, SpeechWord, SpeechWords, Started
from core.contract.speech import SpeechRequest

LEAST = {"model": "lab/alto", "input": "Hello"}


def asked(**fields) -> SpeechRequest:
    return validate(SpeechBody, {**LEAST, **fields}).request()


def refused(fields) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        validate(SpeechBody, fields)
    return caught.value


def test_two_fields_are_enough():
    assert asked() == SpeechRequest(model="lab/alto", text="Hello", format=AudioFormat.MP3)


def test_every_field_has_its_place_in_the_request():
    found = asked(
        voice={"id": "ada"},
        instructions="Softly",
        response_format="wav",
        speed=2,
        provider={"options": {"lab": {"seed": 7}}, "zdr": True},
        user="u-1",
        stream_format="sse",
    )
    assert found == SpeechRequest(
        model="lab/alto",
        text="Hello",
        voice="ada",
        format=AudioFormat.WAV,
        speed=2.0,
        instructions="Softly",
        events=True,
        options={"lab": {"seed": 7}},
        preferences={"zdr": True},
    )


def test_null_counts_as_missing():
    names = ("voice", "instructions", "response_format", "speed", "stream_format", "provider")
    assert asked(**dict.fromkeys(names)) == asked()


@pytest.mark.parametrize(
    ("fields", "param", "code", "message"),
    [
        ({"model": None}, "model", "invalid_value", "model must be a string."),
        ({"model": ""}, "model", "invalid_value", "model must not be empty."),
        ({"input": 5}, "input", "invalid_value", "input must be a string."),
        ({"input": [{"text": "a"}]}, "input", "invalid_value", "input must be a string."),
        ({"input": " \n"}, "input", "invalid_value", "input must not be empty."),
        ({"voice": ["ada"]}, "voice", "invalid_value", "voice must be a string."),
        ({"voice": ""}, "voice", "invalid_value", "voice must not be empty."),
        ({"voice": {"id": 5}}, "voice", "invalid_value", 'voice must be a string or {"id": string}.'),
        ({"speed": "1"}, "speed", "invalid_value", "speed must be a number."),
        ({"speed": True}, "speed", "invalid_value", "speed must be a number."),
        ({"speed": 0.2}, "speed", "invalid_value", "speed must be at least 0.25."),
        ({"speed": 4.1}, "speed", "invalid_value", "speed must be at most 4.0."),
        (
            {"response_format": "ogg"},
            "response_format",
            "invalid_value",
            "response_format must be one of 'mp3', 'opus', 'aac', 'flac', 'wav' or 'pcm'.",
        ),
        (
            {"stream_format": "bytes"},
            "stream_format",
            "invalid_value",
            "stream_format must be one of 'audio' or 'sse'.",
        ),
        (
            {"instructions": "x" * 4097},
            "instructions",
            "invalid_value",
            "instructions must have at most 4096 characters.",
        ),
        ({"provider": []}, "provider", "invalid_value", "provider must be an object."),
        (
            {"provider": {"options": {"lab": 1}}},
            "provider.options.lab",
            "invalid_value",
            "provider.options.lab must be an object.",
        ),
        (
            {"provider": {"options": {"lab": {"base_url": "http://x"}}}},
            "provider.options.lab.base_url",
            "unsupported_parameter",
            "The parameter provider.options.lab.base_url is not supported.",
        ),
    ],
)
def test_the_refusal_of_a_field(fields, param, code, message):
    error = refused({**LEAST, **fields})
    assert (error.param, error.provider_code, error.message) == (param, code, message)


@pytest.mark.parametrize("missing", ["model", "input"])
def test_a_missing_field_is_named(missing):
    error = refused({name: value for name, value in LEAST.items() if name != missing})
    assert (error.param, error.provider_code) == (missing, "missing_field")


@pytest.mark.parametrize("name", sorted(SERVER_FIELDS))
def test_server_fields_are_refused(name):
    error = refused({**LEAST, name: "secret-value"})
    assert (error.status, error.param, error.provider_code) == (400, name, "unsupported_parameter")
    assert "secret-value" not in str(error.envelope())


def test_audio_and_word_times_are_collected():
    shape, word = AudioStart(AudioFormat.PCM, 24_000), SpeechWord("Hi", 0.0, 0.5)
    collector = SpeechCollector()
    for event in (Started("Lab", "m", 1), shape, AudioChunk(b"12"), SpeechWords((word,)), AudioChunk(b"3")):
        collector.note(event)
    assert collector.finish(SpeechRequest("m", "Hi")) == FinishedSpeech(b"123", shape, (word,))


@pytest.mark.parametrize("voice", ["v" * 201, {"id": "v" * 201}])
def test_the_name_of_a_voice_is_short(voice):
    with pytest.raises(InvalidRequest) as caught:
        validate(SpeechBody, {**LEAST, "voice": voice})
    assert caught.value.param == "voice"
