"""The response object: what was asked is told back, what it used is said in its own words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.bodies.responses.body import ResponsesBody
from core.bodies.responses.response import ResponseBuilder, usage_field
from core.bodies.validation import validate
from core.contract.errors import UpstreamFailed, UpstreamLimited, UpstreamRefused
from core.contract.events import ChatDelta

USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 10,
    "total_tokens": 22,
    "prompt_tokens_details": {"cached_tokens": 4, "text_tokens": 12},
    "completion_tokens_details": {"reasoning_tokens": 2, "text_tokens": 10},
    "cost": Decimal("0.5"),
    "cost_details": None,
    "is_byok": False,
}
SIDES = {
    "upstream_inference_cost": None,
    "upstream_inference_prompt_cost": Decimal("0.1"),
    "upstream_inference_completions_cost": Decimal("0.4"),
}


def answer(**fields: Any) -> ResponseBuilder:
    asked = {"model": "lab/talker", "input": "Hello.", **fields}
    return ResponseBuilder("gen-5-a", 5, "lab/talker", validate(ResponsesBody, asked))


def test_usage_in_the_words_of_responses():
    assert usage_field(USAGE) == {
        "usage": {
            "input_tokens": 12,
            "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
            "output_tokens": 10,
            "output_tokens_details": {"reasoning_tokens": 2},
            "total_tokens": 22,
            "cost": Decimal("0.5"),
            "is_byok": False,
        }
    }
    assert usage_field({**USAGE, "cost_details": SIDES})["usage"]["cost_details"] == {
        "upstream_inference_cost": None,
        "upstream_inference_input_cost": Decimal("0.1"),
        "upstream_inference_output_cost": Decimal("0.4"),
    }


@pytest.mark.parametrize("nothing", [None, {}])
def test_nothing_is_said_of_usage_where_nobody_was_asked(nothing):
    assert usage_field(nothing) == {}


def test_what_nobody_asked_is_told_back_as_it_is_by_default():
    told = answer().render()
    expected = {
        "instructions": None,
        "max_output_tokens": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": None,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
    }
    assert {name: told[name] for name in expected} == expected
    assert "user" not in told


def test_a_function_is_told_back_with_all_that_clients_look_for():
    custom = {"type": "custom", "name": "g"}
    told = answer(tools=[{"type": "function", "name": "f"}, custom]).render()
    assert told["tools"] == [{"type": "function", "name": "f", "parameters": None, "strict": None}, custom]


@pytest.mark.parametrize(
    ("finish", "status", "why"),
    [
        ("stop", "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
    ],
)
def test_how_it_ended(finish, status, why):
    made = answer()
    made.note(ChatDelta("Hi.", finish=finish))
    made.output.end()
    told = made.complete(USAGE, 9)
    assert (told["status"], told["incomplete_details"]) == (status, why)
    assert told["completed_at"] == (None if why else 9)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UpstreamLimited("No."), "rate_limit_exceeded"),
        (UpstreamRefused("No."), "invalid_prompt"),
        (UpstreamFailed("No."), "server_error"),
    ],
)
def test_a_failure_keeps_what_there_is(error, code):
    made = answer()
    made.note(ChatDelta("Hi."))
    told = made.fail(error.envelope(), USAGE)
    assert (told["status"], told["error"]) == ("failed", {"code": code, "message": "No."})
    assert (told["error_type"], told["usage"]["cost"]) == (error.error_type, Decimal("0.5"))
    assert [item["status"] for item in told["output"]] == ["incomplete"]
