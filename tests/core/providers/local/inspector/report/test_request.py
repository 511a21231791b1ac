"""The report on the request: history, system prompt, parameters, tools, addresses."""

from __future__ import annotations

import pytest

from core.contract.chat import ChatRequest
from tests.core.providers.local.inspector.reports import SYSTEM_PROMPT, answer, chat_request, table_cells

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("synthesiser")]

TOOL = {"type": "function", "function": {"name": "sink_ship", "parameters": {"type": "object"}}}


async def test_first_message_is_called_the_first():
    assert (
        "This is the first message of the conversation."
        in (await answer(chat_request("Hi", SYSTEM_PROMPT))).text
    )


async def test_conversation_without_a_user_is_answered():
    found = await answer(ChatRequest("local/inspector", (SYSTEM_PROMPT,), streamed=True))

    assert "There is no message from a user here." in found.text


async def test_system_prompt_and_parameters_are_reported_and_tools_not_called():
    parameters = {"temperature": 0.7, "tools": [TOOL], "stop": ["a|b", "`"], "seed": None}
    found = await answer(chat_request("Go", SYSTEM_PROMPT, parameters=parameters))

    echo = found.text.partition("### Received and ignored\n")[2]
    assert "System prompt, 17 characters:\n\n```text\nYou are a pirate.\n```" in echo
    assert table_cells(echo) == {
        "Parameter": "Value",
        "---": "---",
        "temperature": "`0.7`",
        "tools": "sink_ship (none is called)",
        "stop": '\\["a\\|b", "\\`"\\]',
        "seed": "`null`",
    }
    assert found.finish == "stop"


async def test_without_parameters_nothing_is_called_ignored():
    assert "ignored" not in (await answer(chat_request("Go"))).text


async def test_code_fence_in_a_system_prompt_does_not_end_its_block():
    prompt = {"role": "developer", "content": "```\n# Not a heading\n````"}
    found = await answer(chat_request("Go", prompt))

    assert "`````text\n```\n# Not a heading\n````\n`````\n" in found.text


async def test_addresses_are_not_opened(sample_files):
    address = {"type": "image_url", "image_url": {"url": "https://example.org/secret?token=1"}}
    found = await answer(chat_request([address, {"type": "refusal", "refusal": "no"}]))

    assert "### Image\n\nIt was sent as an address, and I open no addresses" in found.text
    assert "A part of the type refusal is nothing I can measure." in found.text
    assert "example.org" not in found.text
