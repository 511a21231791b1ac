"""Types and ranges of the parameters that are relayed, the same for chat and for responses."""

from __future__ import annotations

import pytest

from core.bodies.chat.body import ChatBody
from core.bodies.parameters import PARAMETERS
from core.bodies.responses.body import ResponsesBody
from core.bodies.validation import Body, validate
from core.contract.errors import InvalidRequest

CHAT = {"model": "lab/talker", "messages": [{"role": "user", "content": "Hi"}]}
RESPONSE = {"model": "lab/talker", "input": "Hi"}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
WHOLE = ("max_tokens", "max_completion_tokens", "max_output_tokens", "n", "seed", "top_k", "top_logprobs")
OBJECTS = (
    "cache_control",
    "image_config",
    "prediction",
    "prompt_cache_options",
    "response_format",
    "stream_options",
    "trace",
    "web_search_options",
)
LISTS = ("functions", "plugins", "stop_server_tools_when", "tools", "transforms")
CHOSEN = ("function_call", "tool_choice")
NUMBERS = ("temperature", "top_p", "min_p", "frequency_penalty", "presence_penalty", "repetition_penalty")


def refusal(shape: type[Body], fields: dict) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        validate(shape, fields)
    return caught.value


@pytest.mark.parametrize("body", [(ChatBody, CHAT), (ResponsesBody, RESPONSE)], ids=["chat", "responses"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in WHOLE for value in ("16384", True, 1.5, [1], {"value": 1})],
        *[(name, value) for name in NUMBERS for value in ("0.5", False, [0.5], 1e30, -1e30)],
        *[(name, value) for name in WHOLE[:4] for value in (0, -1)],
        ("max_tokens", 10**9 + 1),
        ("temperature", 5),
        ("temperature", -0.1),
        ("top_p", 1.1),
        ("n", 1000),
        ("seed", 2**63),
        ("top_logprobs", 21),
        ("user", "u" * 1024 * 1024),
        ("user", 7),
        ("safety_identifier", {}),
        ("metadata", "x"),
        ("metadata", [{}]),
        ("metadata", {f"k{at}": "v" for at in range(17)}),
        ("metadata", {"k" * 65: "v"}),
        ("stop", 5),
        ("stop", ["x"] * 65),
        ("stop", ["x" * 1001]),
        ("logit_bias", [1]),
        ("logit_bias", {"5": 101}),
        ("logprobs", "true"),
        ("parallel_tool_calls", 1),
        ("reasoning_effort", 3),
        ("reasoning", "high"),
        *[(name, value) for name in OBJECTS for value in ("json", 5, True, ["a"])],
        *[(name, value) for name in LISTS for value in ("a", 5, {"a": 1})],
        *[(name, value) for name in CHOSEN for value in (5, True, ["auto"])],
        ("prompt_cache_retention", 24),
    ],
)
def test_a_value_out_of_range_is_named(body, name, value):
    shape, fields = body
    assert refusal(shape, {**fields, name: value}).param == name


@pytest.mark.parametrize("body", [(ChatBody, CHAT), (ResponsesBody, RESPONSE)], ids=["chat", "responses"])
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"metadata": {"a": {"b": {"c": "d"}}}}, "metadata.a"),
        ({"metadata": {"a": ["b"]}}, "metadata.a"),
        ({"metadata": {"a": "x" * 513}}, "metadata.a"),
        ({"reasoning": {"max_tokens": "99"}}, "reasoning.max_tokens"),
        ({"thinking": {"type": "enabled", "budget_tokens": -1}}, "thinking.budget_tokens"),
        ({"provider": {"options": {"lab": {"max_tokens": "16384"}}}}, "provider.options.lab.max_tokens"),
        ({"provider": {"options": {"lab": {"n": True}}}}, "provider.options.lab.n"),
        ({"provider": {"options": {"lab": {"tools": "a"}}}}, "provider.options.lab.tools"),
        ({"tools": [TOOL, "search"]}, "tools[1]"),
        ({"tools": [{"type": 5}]}, "tools[0].type"),
        ({"plugins": ["web"]}, "plugins[0]"),
        ({"plugins": [{"id": 5}]}, "plugins[0].id"),
        ({"tool_choice": {"type": ["function"]}}, "tool_choice.type"),
        ({"response_format": {"type": 5}}, "response_format.type"),
        ({"response_format": {"type": "json_schema", "json_schema": "x"}}, "response_format.json_schema"),
        ({"transforms": [5]}, "transforms[0]"),
    ],
)
def test_a_value_inside_an_object_is_named(body, fields, param):
    shape, known = body
    assert refusal(shape, {**known, **fields}).param == param


@pytest.mark.parametrize(
    "fields",
    [
        {"max_tokens": 1, "temperature": 0, "top_p": 1, "n": 128, "seed": -5, "top_k": -1},
        {"temperature": 2.0, "frequency_penalty": -2, "logprobs": True, "top_logprobs": 20},
        {"metadata": {"a": "x" * 512, "count": 5, "on": True, "none": None}, "user": "u" * 512},
        {"stop": None, "max_tokens": None, "logit_bias": {"50256": -100}},
        {"stop": ["a", "b"], "reasoning": {"effort": "high", "max_tokens": 0}},
        {"quite_new": {"size": "text"}},
        {
            "tools": [TOOL, {"type": "openrouter:web_search"}],
            "tool_choice": "any",
            "plugins": [{"id": "web"}],
        },
        {"tool_choice": {"type": "function", "function": {"name": "look"}}, "functions": []},
        {"function_call": {"name": "look"}, "prediction": {"type": "content", "content": ["x"]}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}},
        {"transforms": ["middle-out"], "usage": {"include": True}, "web_search_options": {}},
        dict.fromkeys(PARAMETERS),
    ],
)
def test_values_in_range_are_relayed_as_they_came(fields):
    body = validate(ChatBody, {**CHAT, **fields})
    assert {name: body.parameters[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("function", "param"),
    [
        ("look", "tools[0].function"),
        ({"name": 5}, "tools[0].function.name"),
        ({"name": "look", "parameters": "x"}, "tools[0].function.parameters"),
        ({"name": "look", "strict": "yes"}, "tools[0].function.strict"),
    ],
)
def test_a_function_of_wrong_types_is_named(function, param):
    tools = [{"type": "function", "function": function}]
    assert refusal(ChatBody, {**CHAT, "tools": tools}).param == param
