"""Reasoning of earlier answers, empty contents and documents, in the spellings of several APIs."""

from __future__ import annotations

from typing import Any

import pytest

from core.bodies.chat.messages import normalize_messages
from core.bodies.files.data_urls import MessageFile
from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest

CALLS = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
DETAILS = [{"type": "reasoning.text", "text": "Hm.", "signature": "s", "format": "x"}]
TEXT = {"type": "text", "text": "Yes."}
PAPER = "https://example.org/a.pdf"
PDF = "data:application/pdf;base64,JVBERg=="


def take(found: MessageFile) -> Media:
    return Media(found.modality, found.data, found.claimed, 0, found.name)


def answer(**fields: Any) -> dict[str, Any]:
    return normalize_messages([{"role": "assistant", **fields}], take)[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"content": "Yes.", "reasoning_content": "Hm."}, {"content": "Yes.", "reasoning": "Hm."}),
        ({"content": None, "reasoning_content": "Hm."}, {"content": None, "reasoning": "Hm."}),
        ({"content": "Yes.", "reasoning_content": None}, {"content": "Yes."}),
        (
            {"content": "Yes.", "reasoning_content": "", "reasoning": "Hm."},
            {"content": "Yes.", "reasoning": "Hm."},
        ),
        (
            {"content": "Yes.", "reasoning": "Hm.", "reasoning_details": DETAILS},
            {"content": "Yes.", "reasoning": "Hm.", "reasoning_details": DETAILS},
        ),
        (
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, TEXT]},
            {"content": [TEXT], "reasoning": "Hm."},
        ),
        (
            {"content": [{"type": "thinking", "thinking": "Hm.", "signature": "s"}, TEXT]},
            {
                "content": [TEXT],
                "reasoning": "Hm.",
                "reasoning_details": [{"type": "reasoning.text", "text": "Hm.", "signature": "s"}],
            },
        ),
        (
            {"content": [{"type": "redacted_thinking", "data": "x"}, TEXT]},
            {"content": [TEXT], "reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]},
        ),
        (
            {"content": [{"type": "thinking", "thinking": "Hm."}], "tool_calls": CALLS},
            {"content": None, "reasoning": "Hm.", "tool_calls": CALLS},
        ),
        ({"content": [], "tool_calls": CALLS}, {"content": None, "tool_calls": CALLS}),
        ({"content": [], "refusal": "No."}, {"content": None, "refusal": "No."}),
        ({"tool_calls": CALLS}, {"tool_calls": CALLS}),
    ],
)
def test_an_earlier_answer_has_one_spelling(given, expected):
    assert answer(**given) == {"role": "assistant", **expected}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"document_url": PAPER}, {"file_data": PAPER}),
        (
            {"document_url": {"url": PAPER}, "document_name": "a.pdf"},
            {"file_data": PAPER, "filename": "a.pdf"},
        ),
        (
            {"document_url": PDF, "document_name": "b"},
            {
                "file_data": Media(Modality.FILE, "JVBERg==", "application/pdf", 0, "b"),
                "filename": "b",
            },
        ),
    ],
)
def test_a_document_is_a_file(given, expected):
    message = {"role": "user", "content": [{"type": "document_url", **given}]}
    assert normalize_messages([message], take)[0]["content"] == [{"type": "file", "file": expected}]


PLACE = "messages[0].content"


def document(url: str, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "document_url", "document_url": url, **more}]}


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ({"role": "assistant", "content": []}, PLACE),
        ({"role": "assistant", "content": [], "reasoning_content": ""}, PLACE),
        ({"role": "user", "content": []}, PLACE),
        ({"role": "assistant", "content": 7, "tool_calls": CALLS}, PLACE),
        ({"role": "assistant", "content": "x", "reasoning_content": 7}, "messages[0].reasoning_content"),
        ({"role": "assistant", "content": "x", "reasoning_details": {}}, "messages[0].reasoning_details"),
        ({"role": "assistant", "content": [{"type": "thinking"}]}, f"{PLACE}[0].thinking"),
        ({"role": "assistant", "content": [{"type": "thinking", "thinking": [7]}]}, f"{PLACE}[0].thinking"),
        ({"role": "user", "content": [{"type": "thinking", "thinking": "x"}]}, f"{PLACE}[0].type"),
        ({"role": "user", "content": [{"type": "document_url"}]}, f"{PLACE}[0].document_url"),
        (
            {"role": "user", "content": [{"type": "document_url", "document_url": "ftp://x/"}]},
            f"{PLACE}[0].document_url",
        ),
        (
            {
                "role": "user",
                "content": [{"type": "document_url", "document_url": PAPER, "document_name": 7}],
            },
            f"{PLACE}[0].document_name",
        ),
    ],
)
def test_a_refusal_names_the_place(message, param):
    with pytest.raises(InvalidRequest) as caught:
        normalize_messages([message], take)
    assert caught.value.param == param
