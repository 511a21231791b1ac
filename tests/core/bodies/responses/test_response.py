"""The response object: fields of the request, usage, status and error."""

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


def test_usage_in_the_shape_of_responses():
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
def test_no_usage_without_a_receipt(nothing):
    assert usage_field(nothing) == {}


def test_missing_fields_are_echoed_with_their_defaults():
    rendered = answer().render()
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
    assert {name: rendered[name] for name in expected} == expected
    assert "user" not in rendered


def test_a_function_is_echoed_with_the_fields_clients_require():
    custom = {"type": "custom", "name": "g"}
    rendered = answer(tools=[{"type": "function", "name": "f"}, custom]).render()
    assert rendered["tools"] == [
        {"type": "function", "name": "f", "parameters": None, "strict": None},
        custom,
    ]


@pytest.mark.parametrize(
    ("finish", "status", "why"),
    [
        ("stop", "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
    ],
)
def test_status_by_finish_reason(finish, status, why):
    made = answer()
    made.note(ChatDelta("Hi.", finish=finish))
    made.output.end()
    rendered = made.complete(USAGE, 9)
    assert (rendered["status"], rendered["incomplete_details"]) == (status, why)
    assert rendered["completed_at"] == (None if why else 9)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UpstreamLimited("No."), "rate_limit_exceeded"),
        (UpstreamRefused("No."), "invalid_prompt"),
        (UpstreamFailed("No."), "server_error"),
    ],
)
def test_a_failed_response_keeps_its_output(error, code):
    made = answer()
    made.note(ChatDelta("Hi."))
    rendered = made.fail(error.envelope(), USAGE)
    assert (rendered["status"], rendered["error"]) == ("failed", {"code": code, "message": "No."})
    assert (rendered["error_type"], rendered["usage"]["cost"]) == (error.error_type, Decimal("0.5"))
    assert [item["status"] for item in rendered["output"]] == ["incomplete"]
