"""Options, limits, conditions and headers: the table is whole, and lets through what can be used only."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from core.catalogue.seed import files
from core.contract.tasks import Task
from core.models import AIModel, Endpoint, Provider
from core.models import options as table
from core.models.json_values import check_headers, check_json
from core.providers.openai.chat.messages import REASONING
from core.providers.rehearsal.scenario import SCENARIOS

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = {"audio_formats", "audio_mb", "local", "service_tier"}
"""What is read from the options of a request, or set by a route from the limits of its model."""

READS = ("get", "pop")
READERS = ("core/providers", "core/ledger/estimates", "core/catalogue")


def names_read() -> set[str]:
    """The names in every `….options.get("name", …)` and `options.get("name", …)` of the engine."""
    calls = (
        node
        for folder in READERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS
    )
    return {
        call.args[0].value
        for call in calls
        if call.args and isinstance(call.args[0], ast.Constant) and is_options(call.func.value)
    }


def is_options(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return text == "options" or text.endswith((".options", "options}"))


def test_every_option_that_is_read_has_a_row():
    read = names_read()
    assert {"timeout", "reasoning_field", "document_part", "speech_events", "hints"} <= read
    assert read - ELSEWHERE <= table.OPTIONS.keys()


@pytest.mark.parametrize("name", [*table.OPTIONS, *table.LIMITS, *table.CONDITIONS])
def test_every_row_has_a_fitting_example(name):
    for rows in (table.OPTIONS, table.LIMITS, table.CONDITIONS):
        if name in rows:
            table.check_table({name: json.loads(rows[name].example)}, rows)


def test_the_words_are_those_of_the_adapters():
    for word in REASONING:
        table.check_options({"reasoning_field": word})
    for word in SCENARIOS:
        table.check_options({"fail": word})
    table.check_options({"tasks": [task.value for task in Task]})


def test_the_seed_fits():
    data = files.read()
    for rows in (data.providers, data.endpoints):
        for values in rows.values():
            table.check_options(values["options"])
    for values in data.models.values():
        AIModel._meta.get_field("limits").clean(values["limits"], None)
        AIModel._meta.get_field("examples").clean(values["examples"], None)
    for lines in data.prices.values():
        for line in lines:
            table.check_condition(line.get("condition", {}))


WRONG = [
    {"timeout": "x"},
    {"timeout": 0},
    {"timeout": True},
    {"timeout": float("nan")},
    {"timeout": float("inf")},
    {"timeout": 10**400},
    {"idle_timeout": -1},
    {"body": 5},
    {"body": []},
    {"body": {"provider": 5}},
    {"body": {"x": "\x00"}},
    {"body": {"x": "\ud800"}},
    {"body": {"x": float("nan")}},
    {"max_output": 1.5},
    {"max_output": "4096"},
    {"reasoning_field": "thoughts"},
    {"reasoning_field": ["reasoning"]},
    {"document_part": 1},
    {"speech_events": "sse"},
    {"hints": "num_speakers"},
    {"hints": ["speed"]},
    {"hints": [["x"]]},
    {"response_formats": "json"},
    {"language_codes": {"nb": 5}},
    {"language_field": "a b"},
    {"limit_field": "anything"},
    {"tasks": ["sing"]},
    {"router": "yes"},
    {"time_out": 5},
    [],
    None,
    "x",
    5,
    {"body": {"x": [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}},
]


@pytest.mark.parametrize("value", WRONG, ids=lambda value: str(value)[:30])
def test_options_that_would_break_a_call_are_refused(value):
    for model in (Endpoint, Provider):
        with pytest.raises(ValidationError):
            model._meta.get_field("options").clean(value, None)


def test_options_stored_before_are_left_out():
    assert table.usable({"timeout": "x", "idle_timeout": 5, "colour": 1}) == {"idle_timeout": 5}
    assert table.usable([]) == table.usable(None) == {}


@pytest.mark.parametrize(
    "value",
    [
        {"X-Title": 5},
        {"X-Title": "a\r\nHost: b"},
        {"X Title": "a"},
        {"": "a"},
        {"Host": "a"},
        {"content-length": "5"},
        {"Transfer-Encoding": "chunked"},
        {"X-Title": "é"},
        ["X-Title"],
        None,
    ],
    ids=str,
)
def test_headers_that_cannot_be_sent_are_refused(value):
    with pytest.raises(ValidationError):
        check_headers(value)


def test_headers_that_can_be_sent_are_kept():
    check_headers({"X-Title": "Lab", "HTTP-Referer": "https://lab.example"})
    check_json({"a": [1, 2.5, None, True, "é"]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("thinking_budget", [24_576, 0]),
        ("thinking_budget", [0]),
        ("thinking_budget", [0, "many"]),
        ("thinking_levels", ["high", "low"]),
        ("thinking_levels", ["a lot"]),
        ("thinking_levels", []),
        ("location", "evil.test/"),
        ("location", "evil.test:80"),
        ("project", "../other"),
    ],
)
def test_what_would_break_a_call_of_google_is_refused(name, value):
    with pytest.raises(ValidationError):
        table.check_options({name: value})
