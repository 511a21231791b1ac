"""Caps and numbers of choices, under one name each."""

from __future__ import annotations

import pytest

from core.contract.chat import ChatRequest
from core.providers.shared.chat_parameters import choices, parameters_at, thinking_tokens
from tests.core.ledger.conftest import target


def sent(parameters: dict, *, limit: int | None = None, options: dict | None = None, **endpoint) -> dict:
    given = {"first": options} if options else {}
    return parameters_at(
        ChatRequest("m", (), parameters, options=given, limit=limit), target(options=endpoint)
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"temperature": 1}, {"temperature": 1}),
        ({"max_tokens": 5}, {"max_tokens": 5}),
        ({"max_tokens": 16_384, "max_completion_tokens": 1}, {"max_completion_tokens": 1}),
        ({"max_output_tokens": 7, "max_tokens": 9}, {"max_tokens": 9}),
        ({"num_predict": 7}, {"num_predict": 7}),
        ({"max_tokens_to_sample": 7, "n_completions": 3}, {"max_tokens_to_sample": 7, "n_completions": 3}),
        ({"Max-Tokens": 16_384, "max_tokens": 1}, {"max_tokens": 16_384}),
        ({"max_tokens": "16384"}, {}),
        ({"max_tokens": -1}, {}),
        ({"max_tokens": True}, {}),
        ({"max_tokens": 50.0}, {"max_tokens": 50}),
        ({"max_tokens": float("inf")}, {}),
        ({"max_tokens": None}, {}),
        ({"n": "8"}, {}),
        ({"n": 2.0, "N": 3}, {"n": 3}),
    ],
)
def test_only_one_cap_is_sent_and_only_a_number(given, expected):
    assert sent(given) == expected


@pytest.mark.parametrize(
    ("given", "endpoint", "expected"),
    [
        ({}, {}, {"max_tokens": 100}),
        ({}, {"limit_field": "max_completion_tokens"}, {"max_completion_tokens": 100}),
        ({"max_tokens": "16384"}, {}, {"max_tokens": 100}),
        ({"max_completion_tokens": 7}, {}, {"max_completion_tokens": 7}),
        ({"num_predict": 7}, {}, {"max_tokens": 7}),
        ({"max_tokens": 99_999}, {"max_output": 1000}, {"max_tokens": 1000}),
        ({"max_tokens": 10**30}, {}, {"max_tokens": 1_000_000}),
        ({}, {"max_output": 50}, {"max_tokens": 50}),
        ({}, {"body": {"max_tokens": 60}}, {"max_tokens": 60}),
    ],
)
def test_a_cap_is_sent_where_a_budget_pays(given, endpoint, expected):
    assert sent(given, limit=100, **endpoint) == expected


def test_the_caller_wins_over_the_endpoint():
    body = {"max_completion_tokens": 60, "temperature": 0, "model": "x"}
    assert sent({"max_tokens": 50}, body=body) == {"temperature": 0, "max_tokens": 50}
    assert sent({}, options={"n": 4, "messages": []}, body={"n": 2}) == {"n": 4}


def test_every_choice_and_every_token_of_reasoning_counts():
    assert choices({"n": 2, "best_of": 5}) == 5
    assert thinking_tokens({"reasoning": {"max_tokens": 30}, "thinking": {"budget_tokens": 70}}) == 70
    assert thinking_tokens({"reasoning": "high", "thinking_budget": "70"}) == 0
