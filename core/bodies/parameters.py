"""The parameters of a language model that are relayed: the type and the range of each, in one table.

Whatever is not listed is relayed as it came. Null is accepted everywhere: it is the same as leaving out.

https://platform.openai.com/docs/api-reference/chat/create
https://openrouter.ai/docs/api-reference/parameters
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.bodies.rules import (
    Biases,
    Each,
    Flag,
    Labels,
    Members,
    Number,
    Rule,
    Text,
    TextOrMembers,
    TextOrTexts,
    Whole,
    check_members,
    schemas,
)

MOST_TOKENS = 10**9
INT64 = 2**63

TOKENS = Whole(1, MOST_TOKENS)
BUDGET = Whole(0, MOST_TOKENS)
"""Tokens of reasoning; 0 is none."""

WORD = Text(64)
NAME = Text(256)
OBJECT = Members({})
FUNCTION = Members({"name": NAME, "description": Text(100_000), "parameters": OBJECT, "strict": Flag()})
CHOSEN = Members({"type": NAME, "function": Members({"name": NAME})})
PARAMETERS: dict[str, Rule] = {
    "best_of": Whole(1, 128),
    "cache_control": OBJECT,
    "chat_template_kwargs": OBJECT,
    "frequency_penalty": Number(-2, 2),
    "function_call": TextOrMembers(NAME, Members({"name": NAME})),
    "functions": Each(FUNCTION, 1000),
    "image_config": OBJECT,
    "include_reasoning": Flag(),
    "logit_bias": Biases(4096),
    "logprobs": Flag(),
    "max_completion_tokens": TOKENS,
    "max_length": TOKENS,
    "max_new_tokens": TOKENS,
    "max_output_tokens": TOKENS,
    "max_tokens": TOKENS,
    "max_tool_calls": TOKENS,
    "metadata": Labels(16, 64, 512),
    "min_p": Number(0, 1),
    "min_tokens": BUDGET,
    "moderation": OBJECT,
    "n": Whole(1, 128),
    "num_predict": TOKENS,
    "parallel_tool_calls": Flag(),
    "plugins": Each(Members({"id": NAME}), 64),
    "prediction": Members({"type": WORD}),
    "presence_penalty": Number(-2, 2),
    "prompt_cache_key": Text(512),
    "prompt_cache_options": OBJECT,
    "prompt_cache_retention": WORD,
    "reasoning": Members({"effort": WORD, "max_tokens": BUDGET, "exclude": Flag(), "enabled": Flag()}),
    "reasoning_effort": WORD,
    "repetition_penalty": Number(0, 10),
    "response_format": Members({"type": WORD, "json_schema": Members({"name": NAME, "schema": OBJECT})}),
    "safety_identifier": Text(512),
    "search_parameters": OBJECT,
    "seed": Whole(-INT64, INT64 - 1),
    "service_tier": WORD,
    "session_id": Text(512),
    "stop": TextOrTexts(1000, 64),
    "stop_server_tools_when": Each(OBJECT, 64),
    "store": Flag(),
    "temperature": Number(0, 2),
    "thinking": Members({"type": WORD, "budget_tokens": BUDGET}),
    "thinking_budget": BUDGET,
    "tool_choice": TextOrMembers(NAME, CHOSEN),
    "tools": Each(Members({"type": NAME, "function": FUNCTION}), 1000),
    "top_a": Number(0, 1),
    "top_k": Whole(-1, 1_000_000),
    "top_logprobs": Whole(0, 20),
    "top_p": Number(0, 1),
    "trace": OBJECT,
    "transforms": Each(WORD, 64),
    "usage": OBJECT,
    "user": Text(512),
    "verbosity": WORD,
    "web_search_options": OBJECT,
}
"""The rules of the parameters by their names."""


def check_parameters(fields: Mapping[str, Any], within: str = "") -> None:
    """Raise `InvalidRequest` for the first parameter that breaks its rule; `within` precedes its name."""
    check_members(fields, PARAMETERS, within)


def document_all(schema: dict[str, Any]) -> None:
    """Add every parameter to the properties of a body's JSON schema."""
    schema["properties"] |= schemas(PARAMETERS)


def document_known(schema: dict[str, Any]) -> None:
    """Add the rules to the properties that a body's JSON schema has already."""
    rules = schemas(PARAMETERS)
    for name in sorted(schema["properties"].keys() & PARAMETERS.keys() - {"metadata", "reasoning", "tools"}):
        schema["properties"][name] |= rules[name]
