"""Where the usage of an answer stands."""

from __future__ import annotations

import pytest

from core.providers.openai.usage_report import UsageReport

FIRST = {"prompt_tokens": 19, "completion_tokens": 1, "total_tokens": 20}
LAST = {"prompt_tokens": 19, "completion_tokens": 13, "total_tokens": 32}


def read(*values: object) -> UsageReport:
    report = UsageReport()
    for value in values:
        report.read(value)
    return report


@pytest.mark.parametrize(
    "values",
    [
        [{"choices": [], "usage": LAST}],
        [{"choices": [{"index": 0, "delta": {}, "usage": LAST}]}],
        [{"choices": [{}], "x_groq": {"id": "req_1", "usage": LAST}}],
        [{"usage": FIRST}, {"usage": LAST}, {"usage": None}, {"usage": {}}, {}],
        [{"choices": [{"usage": FIRST}]}, {"choices": [], "usage": LAST}, {"choices": [{"usage": FIRST}]}],
        [{"usage": LAST}, {"usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}],
        [None, [], "x", {"choices": 7, "usage": "much", "x_groq": "x"}, {"choices": [None], "usage": LAST}],
    ],
)
def test_usage_is_found_wherever_it_is(values):
    found = read(*values).usage
    assert {name: found[name] for name in ("prompt_tokens", "completion_tokens")} == {
        "prompt_tokens": 19,
        "completion_tokens": 13,
    }


def test_nothing_is_made_up():
    assert read({"choices": [{}]}, {"usage": {}}, None).usage is None


def test_prompt_and_completion_may_come_one_after_the_other():
    beginning = {"prompt_tokens": 19, "completion_tokens": 0, "total_tokens": 19}
    end = {"prompt_tokens": 0, "completion_tokens": 13, "total_tokens": 13}
    assert read({"usage": beginning}, {"usage": end}).usage == {"prompt_tokens": 19, "completion_tokens": 13}
