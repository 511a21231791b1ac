"""OpenAI's and OpenRouter's parameters in Google's words, never above what is reserved."""

from __future__ import annotations

import pytest

from core.contract.chat import ChatRequest
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.ledger.estimates.chat import upper_bound
from core.providers import registry

FUNCTION = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells the weather.",
        "strict": True,
        "parameters": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"city": {"type": "string"}},
        },
    },
}


def target(**options) -> Target:
    return Target(1, "google", "Google", "google", "http://127.0.0.1/v1beta", "m", options=options)


def body(where: Target | None = None, limit: int | None = None, **parameters):
    request = ChatRequest("m", ({"role": "user", "content": "Hello"},), parameters=parameters, limit=limit)
    return registry.adapter("google").chat_body(where or target(), request)


def config(where: Target | None = None, limit: int | None = None, **parameters):
    return body(where, limit, **parameters).get("generationConfig", {})


def test_sampling_has_googles_names():
    assert config(
        temperature=0.5, top_p=0.9, top_k=40, seed=2**31 + 5, frequency_penalty=0.1, presence_penalty=-0.2,
        stop="END", n=2, max_tokens=100, logprobs=True, user="alice", unknown=1,
    ) == {
        "temperature": 0.5, "topP": 0.9, "topK": 40, "seed": 5, "frequencyPenalty": 0.1,
        "presencePenalty": -0.2, "stopSequences": ["END"], "candidateCount": 2, "maxOutputTokens": 100,
        "responseLogprobs": True, "logprobs": 0,
    }  # fmt: skip
    assert config(top_k=-1, stop=["a", "b"]) == {"stopSequences": ["a", "b"]}


def test_functions_are_declared_with_their_schemas():
    found = body(tools=[FUNCTION, {"type": "function", "function": {"name": "now", "parameters": {}}}])
    assert found["tools"] == [
        {
            "functionDeclarations": [
                {
                    "name": "weather",
                    "description": "Tells the weather.",
                    "parametersJsonSchema": {"type": "object", "properties": {"city": {"type": "string"}}},
                },
                {"name": "now"},
            ]
        }
    ]


@pytest.mark.parametrize(
    ("choice", "mode"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        (
            {"type": "function", "function": {"name": "weather"}},
            {"mode": "ANY", "allowedFunctionNames": ["weather"]},
        ),
    ],
)
def test_the_choice_of_a_tool_is_a_mode(choice, mode):
    assert body(tools=[FUNCTION], tool_choice=choice)["toolConfig"] == {"functionCallingConfig": mode}


def test_tools_that_are_no_functions_are_refused():
    with pytest.raises(Unsupported, match="Only functions can be tools here"):
        body(tools=[{"type": "web_search"}])


def test_structured_output_is_a_schema():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    found = config(response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}})
    assert found == {"responseMimeType": "application/json", "responseJsonSchema": schema}
    assert config(response_format={"type": "json_object"}) == {"responseMimeType": "application/json"}
    assert config(response_format={"type": "text"}) == {}
    with pytest.raises(Unsupported):
        config(response_format={"type": "grammar", "grammar": "x"})


BUDGETS = {"thinking_budget": [128, 24_576]}
LEVELS = {"thinking_levels": ["low", "medium", "high"]}


@pytest.mark.parametrize(
    ("options", "parameters", "thinking"),
    [
        ({}, {}, None),
        ({}, {"reasoning_effort": "low"}, {"thinkingBudget": 1024, "includeThoughts": True}),
        (BUDGETS, {}, {"includeThoughts": True}),
        (BUDGETS, {"reasoning_effort": "none"}, {"thinkingBudget": 128}),
        (BUDGETS, {"reasoning": {"enabled": False}}, {"thinkingBudget": 128}),
        (BUDGETS, {"reasoning": {"max_tokens": 0}}, {"thinkingBudget": 128}),
        (BUDGETS, {"reasoning": {"max_tokens": 2000}}, {"thinkingBudget": 2000, "includeThoughts": True}),
        (BUDGETS, {"thinking_budget": 90_000}, {"thinkingBudget": 24_576, "includeThoughts": True}),
        (BUDGETS, {"thinking": {"type": "enabled", "budget_tokens": 500}},
         {"thinkingBudget": 500, "includeThoughts": True}),
        (BUDGETS, {"reasoning": {"effort": "high", "exclude": True}},
         {"thinkingBudget": 24_576, "includeThoughts": False}),
        (LEVELS, {"reasoning_effort": "medium"}, {"thinkingLevel": "medium", "includeThoughts": True}),
        (LEVELS, {"reasoning_effort": "minimal"}, {"thinkingLevel": "low", "includeThoughts": True}),
        (LEVELS, {"reasoning": {"effort": "xhigh"}}, {"thinkingLevel": "high", "includeThoughts": True}),
        (LEVELS, {"reasoning_effort": "none"}, {"thinkingLevel": "low"}),
    ],
)  # fmt: skip
def test_thinking_is_asked_for_as_the_model_takes_it(options, parameters, thinking):
    assert config(target(**options), **parameters).get("thinkingConfig") == thinking


def test_thoughts_stay_within_the_limit_of_the_answer():
    found = config(target(**BUDGETS), max_tokens=1000, reasoning={"max_tokens": 5000})
    assert (found["maxOutputTokens"], found["thinkingConfig"]["thinkingBudget"]) == (1000, 1000)


def test_a_budget_limits_the_answer_to_what_is_reserved():
    request = ChatRequest("m", ({"role": "user", "content": "Hello"},), parameters={"n": 2}, limit=700)
    where = target(max_output=65_536)
    asked = registry.adapter("google").chat_body(where, request)["generationConfig"]
    assert asked == {"candidateCount": 2, "maxOutputTokens": 700}
    assert upper_bound(request, where)((Kind.TEXT_OUT, Unit.TOKEN)) == 2 * 700


@pytest.mark.parametrize(
    "name", ["maxOutputTokens", "candidateCount", "thinkingConfig", "responseModalities", "whatever"]
)
def test_googles_own_limits_are_refused(name):
    with pytest.raises(Unsupported) as caught:
        config(generationConfig={name: 1})
    assert caught.value.param == f"generationConfig.{name}"


def test_googles_own_harmless_fields_are_taken():
    settings = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]
    where = target(body={"safetySettings": settings, "generationConfig": {"mediaResolution": "LOW"}})
    found = body(where)
    assert (found["safetySettings"], found["generationConfig"]) == (settings, {"mediaResolution": "LOW"})
    with pytest.raises(InvalidRequest):
        config(generationConfig=[1])
