"""The body of a response as a chat request."""

from __future__ import annotations

from typing import Any

import pytest

from core.bodies.responses.body import ResponsesBody
from core.bodies.validation import validate
from core.contract.chat import ChatRequest, Modality
from core.contract.errors import InvalidRequest, Unsupported

ASK = {"model": "lab/talker", "input": "Hello."}
MESSAGES = [{"role": "user", "content": "Hello."}]


def request(**fields: Any) -> ChatRequest:
    return validate(ResponsesBody, {**ASK, **fields}).request(MESSAGES)


def parameters(**fields: Any) -> dict[str, Any]:
    return dict(request(**fields).parameters)


def refusal(**fields: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        request(**fields)
    return caught.value


def test_a_request_holds_the_messages_and_little_else():
    asked = request(stream=True, provider={"options": {"lab": {"x": 1}}})
    assert asked == ChatRequest(
        model="lab/talker", messages=tuple(MESSAGES), streamed=True, options={"lab": {"x": 1}}
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"max_output_tokens": 9}, {"max_completion_tokens": 9}),
        ({"reasoning": {"effort": "high", "summary": "auto"}}, {"reasoning_effort": "high"}),
        ({"reasoning": {"summary": "auto"}}, {}),
        (
            {"reasoning": {"effort": "high", "max_tokens": 99}},
            {"reasoning": {"effort": "high", "max_tokens": 99}},
        ),
        ({"text": {"format": {"type": "text"}}}, {}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {"text": {"format": {"type": "json_schema", "name": "a", "schema": {}, "strict": True}}},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "a", "schema": {}, "strict": True},
                }
            },
        ),
        ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
        ({"top_logprobs": 0}, {"logprobs": True, "top_logprobs": 0}),
        ({"include": ["message.output_text.logprobs"]}, {"logprobs": True}),
        ({"include": ["reasoning.encrypted_content"]}, {}),
        ({"tool_choice": "auto"}, {}),
        ({"parallel_tool_calls": True}, {"parallel_tool_calls": True}),
        (
            {"frequency_penalty": 1, "user": "u", "plugins": []},
            {"frequency_penalty": 1, "user": "u", "plugins": []},
        ),
        ({"store": True, "metadata": {"a": "b"}, "truncation": "auto", "background": None}, {}),
    ],
)
def test_parameters_under_their_names_in_chats(fields, expected):
    assert parameters(**fields) == expected


def test_images_may_be_requested():
    assert request(modalities=["text", "image"]).modalities == (Modality.TEXT, Modality.IMAGE)


def test_audio_is_refused():
    error = refusal(modalities=["text", "audio"])
    assert (type(error), error.param) == (Unsupported, "modalities")
    assert "chat/completions" in error.message


@pytest.mark.parametrize("name", ["conversation", "prompt", "background"])
def test_fields_of_stored_responses_are_refused(name):
    error = refusal(**{name: True if name == "background" else "x"})
    assert (type(error), error.param) == (Unsupported, name)
    assert (name in error.message, parameters(**{name: None})) == (True, {})


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": 5}, "input"),
        ({"model": ""}, "model"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_logprobs": 21}, "top_logprobs"),
        ({"reasoning": {"effort": 5}}, "reasoning.effort"),
        ({"provider": {"base_url": "x"}}, "provider.base_url"),
    ],
)
def test_a_refusal_names_the_field(fields, param):
    error = refusal(**fields)
    assert error.param == param
