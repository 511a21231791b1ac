"""The reasoning of earlier answers and documents, as each kind of server takes them."""

from __future__ import annotations

import pytest

from core.contract.chat import Media, Modality
from core.contract.route import Target
from core.providers.openai.chat.messages import spelled
from tests.core.providers.openai.chat.calls import chat, chat_request, target

DETAILS = [{"type": "reasoning.text", "text": "Hm.", "signature": "s"}]
HELLO = {"role": "user", "content": "Hello"}
THOUGHT = {"role": "assistant", "content": "Yes.", "reasoning": "Hm.", "reasoning_details": DETAILS}
PLAIN = {"role": "assistant", "content": "Yes."}


def server(slug: str = "lab", url: str = "http://127.0.0.1/v1", **options) -> Target:
    return Target(1, slug, "Lab", "openai", url, "m", options=options)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (server(), {**PLAIN, "reasoning_content": "Hm."}),
        (server(url="https://api.deepseek.com"), {**PLAIN, "reasoning_content": "Hm."}),
        (server("openrouter"), THOUGHT),
        (server(router=True), THOUGHT),
        (server(url="https://api.openai.com/v1"), PLAIN),
        (server(url="https://eu.api.openai.com/v1"), PLAIN),
        (server(reasoning_field=""), PLAIN),
        (server(reasoning_field="reasoning"), {**PLAIN, "reasoning": "Hm."}),
        (
            server(reasoning_field="thinking"),
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                    {"type": "text", "text": "Yes."},
                ],
            },
        ),
    ],
)
def test_reasoning_is_spelled_as_the_server_takes_it(where, expected):
    assert spelled([HELLO, THOUGHT], where) == [HELLO, expected]


def test_an_unknown_spelling_raises():
    with pytest.raises(KeyError):
        spelled([THOUGHT], server(reasoning_field="thoughts"))


def test_a_document_is_spelled_as_mistral_takes_it():
    paper = Media(Modality.FILE, "/x", "application/pdf", 4, "a.pdf")
    parts = [
        {"type": "file", "file": {"file_data": paper, "filename": "a.pdf"}},
        {"type": "file", "file": {"file_data": "https://example.org/b.pdf"}},
        {"type": "text", "text": "Read."},
    ]
    (found,) = spelled([{"role": "user", "content": parts}], server(document_part="document_url"))
    assert found["content"] == [
        {"type": "document_url", "document_url": paper, "document_name": "a.pdf"},
        {"type": "document_url", "document_url": "https://example.org/b.pdf"},
        {"type": "text", "text": "Read."},
    ]
    assert spelled([{"role": "user", "content": parts}], server())[0]["content"] == parts


@pytest.mark.anyio
async def test_the_body_has_the_reasoning(provider):
    await chat(target(provider), chat_request(messages=(HELLO, THOUGHT, HELLO)))
    assert provider.requests[0].json["messages"] == [HELLO, {**PLAIN, "reasoning_content": "Hm."}, HELLO]
