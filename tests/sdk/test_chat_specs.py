"""Chats against the published documents of OpenAI and OpenRouter, where those are provided."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from tests.core.api.chat_helpers import ASK, make_chat_model, streamed
from tests.fakes.scenarios import body
from tests.sdk.test_specs import check, document

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
SPOKEN: dict[str, Any] = {"modalities": ["text", "audio"], "audio": {"voice": "ada", "format": "pcm16"}}
KINDS: dict[str, dict[str, Any]] = {
    "text": {},
    "tools": {"tools": [TOOL]},
    "reasoning": {"reasoning": {"effort": "low"}},
    "sound": SPOKEN,
    "pictures": {"modalities": ["image", "text"]},
    "choices": {"n": 2},
}


@pytest.fixture(autouse=True)
def talker(lab):
    make_chat_model(lab)


def nullable(schema: Any) -> Any:
    """OpenAI's document marks what may be null as OpenAPI 3.0 did."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: nullable(value) for name, value in schema.items()}
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found


@pytest.mark.parametrize("kind", KINDS)
def test_both_documents_accept_our_answers(data, live, key, kind):
    answer = live.post("/chat/completions", key, json={**ASK, **KINDS[kind]})
    assert answer.status_code == 200
    check(data, "openai", "CreateChatCompletionResponse", answer.json())
    check(data, "openrouter", "ChatResult", answer.json())


@pytest.mark.parametrize("told", [{}, {"system_fingerprint": None}])
def test_both_documents_accept_an_answer_without_a_fingerprint(data, live, key, provider, told):
    message = {"role": "assistant", "content": "Hello"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answered = {"id": "up-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    provider.script("ok", body(json.dumps({**answered, **told}).encode()))
    answer = live.post("/chat/completions", key, json=ASK)
    assert answer.status_code == 200
    check(data, "openai", "CreateChatCompletionResponse", answer.json())
    check(data, "openrouter", "ChatResult", answer.json())


@pytest.mark.parametrize("kind", KINDS)
def test_both_documents_accept_our_chunks(data, live, key, kind):
    _, chunks = streamed(live, key, **KINDS[kind])
    components = document(data / "specs" / "openai.yaml")["components"]
    name = "CreateChatCompletionStreamResponse"
    schema = {"$ref": f"#/components/schemas/{name}", "components": nullable(components)}
    for chunk in chunks:
        jsonschema_rs.validate(schema, chunk)
        check(data, "openrouter", "ChatStreamChunk", chunk)


def test_openrouters_document_accepts_our_last_words(data, live, key, lab):
    make_chat_model(lab, upstream="cut", slug="lab/cutter")
    _, chunks = streamed(live, key, model="lab/cutter")
    check(data, "openrouter", "ChatStreamChunk", chunks[-1])
