"""Responses and their events against the published documents of OpenAI and OpenRouter."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.responses_helpers import ASK, streamed
from tests.sdk.test_chat_specs import nullable
from tests.sdk.test_specs import check, document

TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": True}
TOLD_BACK: dict[str, Any] = {
    "instructions": "Be brief.",
    "max_output_tokens": 50,
    "metadata": {"order": "7"},
    "temperature": 0.3,
    "text": {"format": {"type": "json_schema", "name": "fox", "schema": {"type": "object"}, "strict": True}},
    "tools": [TOOL],
    "tool_choice": {"type": "function", "name": "weather"},
}
KINDS: dict[str, dict[str, Any]] = {
    "text": {},
    "tools": {"tools": [TOOL]},
    "reasoning": {"reasoning": {"effort": "low", "summary": "auto"}},
    "pictures": {"modalities": ["image", "text"]},
    "told-back": TOLD_BACK,
}


@pytest.fixture(autouse=True)
def talker(lab):
    make_chat_model(lab)


@lru_cache(maxsize=2)
def judge(path: Path, name: str) -> Any:
    components = nullable(document(path)["components"])
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    return jsonschema_rs.validator_for(schema)


def check_openai(data: Path, name: str, value: object) -> None:
    judge(data / "specs" / "openai.yaml", name).validate(value)


@pytest.mark.parametrize("kind", KINDS)
def test_both_documents_accept_our_responses(data, live, key, kind):
    answer = live.post("/responses", key, json={**ASK, **KINDS[kind]})
    assert answer.status_code == 200
    check_openai(data, "Response", answer.json())
    check(data, "openrouter", "OpenResponsesResult", answer.json())


@pytest.mark.parametrize("kind", KINDS)
def test_both_documents_accept_our_events(data, live, key, kind):
    _, found = streamed(live, key, **KINDS[kind])
    for event in found:
        check_openai(data, "ResponseStreamEvent", event)
        check(data, "openrouter", "StreamEvents", event)


def test_both_documents_accept_our_last_words(data, live, key, lab):
    make_chat_model(lab, upstream="cut", slug="lab/cutter")
    _, found = streamed(live, key, model="lab/cutter")
    for event in found[-2:]:
        check_openai(data, "ResponseStreamEvent", event)
        check(data, "openrouter", "StreamEvents", event)


def test_the_check_can_fail(data, live, key):
    found = live.post("/responses", key, json=ASK).json()
    del found["output"][0]["content"][0]["annotations"]
    with pytest.raises(jsonschema_rs.ValidationError):
        check_openai(data, "Response", found)
