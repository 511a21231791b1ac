"""The fields of a chat body: those read, those relayed and those refused."""

from __future__ import annotations

from typing import Any

import pytest

from core.bodies.chat.body import ChatBody
from core.bodies.validation import validate
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import InvalidRequest

MESSAGES = [{"role": "user", "content": "Hello"}]


def request(**fields: Any) -> ChatRequest:
    return validate(ChatBody, {"model": "m", "messages": MESSAGES, **fields}).request()


def test_the_required_fields():
    assert request() == ChatRequest(model="m", messages=tuple(MESSAGES))


def test_unknown_fields_are_relayed_unchanged():
    parameters = {
        "temperature": 1.7,
        "n": 2,
        "stop": None,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"cost": 1, "headers": {}}}}],
        "response_format": {"type": "json_schema", "json_schema": {"schema": {}}},
        "reasoning": {"effort": "high"},
        "plugins": [{"id": "file-parser"}],
        "transforms": ["middle-out"],
        "metadata": {"user_id": "7"},
        "logit_bias": {"50256": -100},
        "max_tokens": 5,
        "user": "somebody",
        "whatever_comes_next": [1, 2],
    }
    assert request(**parameters).parameters == parameters


def test_fields_of_routers_are_accepted_and_not_relayed():
    wishes = {
        "models": ["a", "b"],
        "fallbacks": [{"model": "b"}],
        "retry": {"count": 2},
        "cache": None,
        "load_balancer": {},
        "identity": {"id": "u"},
        "timeout": {"call_timeout": 1000},
        "orq": {},
        "route": "fallback",
        "provider": {"order": ["x"], "options": {"lab": {"top_a": 1}}},
    }
    found = request(temperature=1, **wishes)
    assert (found.parameters, found.options) == ({"temperature": 1}, {"lab": {"top_a": 1}})
    assert (found.routing.retries, found.routing.provider.order) == (2, ("x",))


@pytest.mark.parametrize(("stream", "streamed"), [(True, True), (False, False), (None, False)])
def test_stream(stream, streamed):
    assert request(stream=stream, stream_options={"include_usage": True}).streamed is streamed


@pytest.mark.parametrize(
    ("modalities", "expected"),
    [
        (None, (Modality.TEXT,)),
        ([], (Modality.TEXT,)),
        (["text"], (Modality.TEXT,)),
        (["image", "text", "image"], (Modality.IMAGE, Modality.TEXT)),
    ],
)
def test_modalities(modalities, expected):
    assert request(modalities=modalities).modalities == expected


@pytest.mark.parametrize("voice", ["alloy", {"id": "alloy"}])
@pytest.mark.parametrize("form", ["wav", "aac", "mp3", "flac", "opus", "pcm16"])
def test_audio(voice, form):
    found = request(modalities=["text", "audio"], audio={"voice": voice, "format": form})
    expected = AudioFormat.PCM if form == "pcm16" else AudioFormat(form)
    assert (found.modalities, found.voice, found.format) == (
        (Modality.TEXT, Modality.AUDIO),
        "alloy",
        expected,
    )


def test_audio_without_its_modality_is_ignored():
    found = request(audio={"voice": "alloy", "format": "wav"})
    assert (found.voice, found.format, found.parameters) == (None, AudioFormat.PCM, {})


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"model": ""}, "model", "invalid_value"),
        ({"model": None}, "model", "invalid_value"),
        ({"messages": "Hello"}, "messages", "invalid_value"),
        ({"stream": "yes"}, "stream", "invalid_value"),
        ({"stream_options": []}, "stream_options", "invalid_value"),
        ({"modalities": ["smell"]}, "modalities[0]", "invalid_value"),
        ({"modalities": "text"}, "modalities", "invalid_value"),
        ({"modalities": ["audio"]}, "audio", "missing_field"),
        ({"modalities": ["audio"], "audio": {}}, "audio.format", "missing_field"),
        ({"modalities": ["audio"], "audio": {"format": "pcm"}}, "audio.format", "invalid_value"),
        ({"modalities": ["audio"], "audio": {"format": "wav", "voice": 7}}, "audio.voice", "invalid_value"),
        (
            {"modalities": ["audio"], "audio": {"format": "wav", "voice": {"x": 1}}},
            "audio.voice",
            "invalid_value",
        ),
        ({"provider": {"options": {"lab": 7}}}, "provider.options.lab", "invalid_value"),
        ({"api_base": "http://127.0.0.1"}, "api_base", "unsupported_parameter"),
        ({"extra_headers": {}}, "extra_headers", "unsupported_parameter"),
        ({"provider": {"base_url": "x"}}, "provider.base_url", "unsupported_parameter"),
        (
            {"provider": {"options": {"lab": {"api_key": "x"}}}},
            "provider.options.lab.api_key",
            "unsupported_parameter",
        ),
        ({"extra_body": {"api_key": "x"}}, "extra_body", "unsupported_parameter"),
        ({"orq": {"cost": 0}}, "orq.cost", "unsupported_parameter"),
    ],
)
def test_a_refusal_names_the_field(fields, param, code):
    with pytest.raises(InvalidRequest) as caught:
        request(**fields)
    assert (caught.value.param, caught.value.provider_code) == (param, code)
