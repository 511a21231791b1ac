"""Messages in Google's shape, calls and results with their signatures."""

from __future__ import annotations

import pytest

from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.route import Target
from core.providers.gemini.chat.contents import contents

PDF = Media(Modality.FILE, "/x", "application/pdf", 9, "x.pdf")
SIGNED = {"type": "reasoning.encrypted", "data": "c2ln", "format": "google-gemini-v1"}
FOREIGN = {"type": "reasoning.encrypted", "data": "b3RoZXI=", "format": "anthropic-claude-v1"}


def target(**options) -> Target:
    return Target(1, "google", "Google", "google", "https://generativelanguage.googleapis.com/v1beta", "m",
                  options=options)  # fmt: skip


def turns(*messages, **options):
    return contents(messages, target(**options))["contents"]


def calling(id: str = "fc-1", **message):
    call = {"id": id, "type": "function", "function": {"name": "weather", "arguments": '{"city": "Bern"}'}}
    return {"role": "assistant", "content": None, "tool_calls": [call], **message}


def test_system_messages_are_one_instruction():
    found = contents(
        (
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
        ),
        target(),
    )
    assert found == {
        "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]},
        "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
    }


def test_every_kind_of_file_is_a_part():
    parts = [
        {"type": "file", "file": {"file_data": PDF}},
        {"type": "video_url", "video_url": {"url": "https://youtu.be/x"}},
        {"type": "text", "text": ""},
    ]
    assert turns({"role": "user", "content": parts}) == [
        {
            "role": "user",
            "parts": [
                {"inlineData": {"mimeType": "application/pdf", "data": PDF}},
                {"fileData": {"fileUri": "https://youtu.be/x"}},
            ],
        }
    ]


@pytest.mark.parametrize(
    "file",
    [
        {"file_id": "files/abc"},
        {"file_data": "https://generativelanguage.googleapis.com/v1beta/files/abc"},
    ],
)
def test_files_that_are_at_google_are_refused(file):
    with pytest.raises(Unsupported):
        turns({"role": "user", "content": [{"type": "file", "file": file}]})


def test_messages_of_one_role_are_one_turn():
    assert turns({"role": "user", "content": "A"}, {"role": "user", "content": "B"}) == [
        {"role": "user", "parts": [{"text": "A"}, {"text": "B"}]}
    ]


def test_calls_go_back_with_their_signatures_and_results():
    found = turns(
        {"role": "user", "content": "Weather?"},
        calling(reasoning_details=[{**SIGNED, "id": "fc-1"}, FOREIGN]),
        {"role": "tool", "tool_call_id": "fc-1", "content": '{"celsius": 15}'},
    )
    assert found[1:] == [
        {
            "role": "model",
            "parts": [
                {
                    "functionCall": {"id": "fc-1", "name": "weather", "args": {"city": "Bern"}},
                    "thoughtSignature": "c2ln",
                }
            ],
        },
        {
            "role": "user",
            "parts": [{"functionResponse": {"id": "fc-1", "name": "weather", "response": {"celsius": 15}}}],
        },
    ]


def test_ids_that_were_made_here_are_left_out():
    found = turns(
        {"role": "user", "content": "Weather?"},
        calling("call_1"),
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "15 °C"}]},
    )
    assert found[1]["parts"] == [{"functionCall": {"name": "weather", "args": {"city": "Bern"}}}]
    assert found[2]["parts"] == [{"functionResponse": {"name": "weather", "response": {"result": "15 °C"}}}]


def test_a_model_that_needs_signatures_is_told_that_one_is_unknown():
    (part,) = turns({"role": "user", "content": "?"}, calling(), thinking_levels=["low"])[1]["parts"]
    assert part["thoughtSignature"] == "skip_thought_signature_validator"


def test_text_goes_back_with_its_signature():
    found = turns(
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": "Yes.", "reasoning": "Hm.", "reasoning_details": [SIGNED]},
    )
    assert found[1] == {"role": "model", "parts": [{"text": "Yes.", "thoughtSignature": "c2ln"}]}


@pytest.mark.parametrize(
    "messages",
    [
        ({"role": "system", "content": "Only this."},),
        ({"role": "user", "content": "?"}, {"role": "tool", "tool_call_id": "x", "content": "1"}),
        (
            {"role": "user", "content": "?"},
            {"role": "assistant", "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": "[1]"}}]},
        ),
    ],
)
def test_what_google_could_not_read_is_refused(messages):
    with pytest.raises(InvalidRequest) as caught:
        turns(*messages)
    assert caught.value.param == "messages"
