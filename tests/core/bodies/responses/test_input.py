"""Input items as messages; refusals name the place in the input."""

from __future__ import annotations

from typing import Any

import pytest

from core.bodies.files.data_urls import DeferredFileLoader, MessageFile
from core.bodies.responses.input import InputMessages, input_messages
from core.contract.chat import Media, Modality
from core.contract.errors import InvalidRequest, Unsupported

USER = {"role": "user", "content": "Hello."}
ANSWER = {
    "type": "message",
    "id": "msg_1",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hi.", "annotations": [], "logprobs": []}],
}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "4"}
CALLED = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
WORDS = [{"type": "text", "text": "Hi."}]


def read(*items: Any, instructions: str | None = None) -> InputMessages:
    return input_messages(items, instructions, DeferredFileLoader())


def load(found: MessageFile) -> Media:
    return Media(found.modality, found.param, found.claimed, len(found.data), found.name, found.format)


def refusal(*items: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        read(*items)
    return caught.value


def test_a_text_is_a_message_of_the_user():
    assert input_messages("Hello.", "Be brief.", DeferredFileLoader()) == [
        {"role": "system", "content": "Be brief."},
        USER,
    ]


@pytest.mark.parametrize("role", ["user", "system", "developer", "assistant"])
def test_roles_stay_as_they_are(role):
    assert read({"role": role, "content": "x"}) == [{"role": role, "content": "x"}]


def test_consecutive_items_of_the_assistant_are_one_message():
    assert read(USER, ANSWER, CALL, {**CALL, "call_id": "c2"}, OUTPUT, USER) == [
        USER,
        {"role": "assistant", "content": WORDS, "tool_calls": [CALLED, {**CALLED, "id": "c2"}]},
        {"role": "tool", "tool_call_id": "c1", "content": "4"},
        USER,
    ]


def test_calls_with_outputs_between_them_stay_apart():
    assert [message["role"] for message in read(USER, CALL, OUTPUT, CALL, OUTPUT)] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "tool",
    ]


def test_two_answers_in_a_row_stay_two():
    assert read(ANSWER, ANSWER) == [{"role": "assistant", "content": WORDS}] * 2


def test_text_after_a_call_is_a_message_of_its_own():
    assert [message["content"] for message in read(USER, CALL, ANSWER)] == ["Hello.", None, WORDS]


def test_custom_calls_have_an_input():
    call = {"type": "custom_tool_call", "call_id": "c1", "name": "f", "input": "x"}
    output = {
        "type": "custom_tool_call_output",
        "call_id": "c1",
        "output": [{"type": "input_text", "text": "y"}],
    }
    assert read(call, output) == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "custom", "custom": {"name": "f", "input": "x"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "y"}]},
    ]


def test_a_reasoning_summary_is_not_sent():
    thought = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}
    assert read(USER, thought, ANSWER) == [USER, {"role": "assistant", "content": WORDS}]


@pytest.mark.parametrize(("id", "named"), [("rs_1", {"id": "rs_1"}), ("reasoning_5-a_0", {}), (None, {})])
def test_reasoning_details_are_sent_back(id, named):
    summary = [{"type": "summary_text", "text": "Hm."}]
    shared = {"type": "reasoning", "id": id, "summary": summary, "format": "f-v1"}
    encrypted, signed = {**shared, "encrypted_content": "abc"}, {**shared, "signature": "def"}
    (message,) = read(encrypted, signed, ANSWER)
    assert message["content"] == WORDS
    assert message["reasoning_details"] == [
        {"type": "reasoning.encrypted", "data": "abc", "format": "f-v1", **named},
        {"type": "reasoning.text", "text": "Hm.", "signature": "def", "format": "f-v1", **named},
    ]


def test_an_earlier_image_is_a_file_of_the_answer():
    picture = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "aGk="}
    (message,) = input_messages([picture, ANSWER], None, load)
    media = message["images"][0]["image_url"]["url"]
    assert (message["content"], media.path, media.modality) == (WORDS, "input[0].result", Modality.IMAGE)


def test_an_unfinished_image_is_left_out():
    assert read(USER, {"type": "image_generation_call", "id": "ig_1", "result": None}) == [USER]


@pytest.mark.parametrize(
    ("item", "param"),
    [
        ("x", "input[0]"),
        ({}, "input[0].role"),
        ({"role": "tool", "content": "x"}, "input[0].role"),
        ({"role": "user"}, "input[0].content"),
        ({"role": "user", "content": []}, "input[0].content"),
        ({"role": "user", "content": [{"type": "image_url"}]}, "input[0].content[0].type"),
        ({"role": "user", "content": [{"type": "input_text"}]}, "input[0].content[0].text"),
        (
            {"role": "user", "content": [{"type": "input_image", "image_url": "http://a"}]},
            "input[0].content[0].image_url",
        ),
        ({"type": "function_call", "name": "f", "arguments": ""}, "input[0].call_id"),
        ({"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}, "input[0].arguments"),
        ({"type": "function_call_output", "call_id": "c"}, "input[0].output"),
        ({"type": "function_call_output", "output": "x"}, "input[0].call_id"),
        ({"type": "image_generation_call", "result": 5}, "input[0].result"),
        ({"type": 5}, "input[0].type"),
    ],
)
def test_a_refusal_names_the_place(item, param):
    assert refusal(item).param == param


@pytest.mark.parametrize("kind", ["input_image", "input_file"])
def test_ids_of_stored_files_are_refused(kind):
    error = refusal({"role": "user", "content": [{"type": kind, "file_id": "file-1"}]})
    assert (type(error), error.param) == (Unsupported, "input[0].content[0].file_id")


def test_a_reference_without_its_item_is_refused():
    error = refusal({"type": "item_reference", "id": "msg_1"})
    assert (type(error), error.param) == (Unsupported, "input[0].type")


@pytest.mark.parametrize(
    ("param", "where"),
    [
        ("messages", "input"),
        ("messages[0].content[0].image_url", "instructions[0].image_url"),
        ("messages[1].content[1].input_audio.format", "input[0].content[1].input_audio.format"),
        ("messages[2].content[0].file", "input[2].content[0]"),
        ("messages[3].content[0].image_url", "input[4].output[0].image_url"),
        ("model", "model"),
    ],
)
def test_places_in_messages_as_places_in_the_input(param, where):
    picture = {"type": "image_generation_call", "result": "aGk="}
    found = read(USER, picture, ANSWER, CALL, OUTPUT, instructions="Be brief.")
    assert found.input_path(param) == where
