"""The output items of a response, and the events that announce them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from core.bodies.responses.output import OutputBuilder
from core.contract.events import AudioChunk, ChatDelta, ImageReady, ToolCall

HELLO = ChatDelta("Hello ")
WORLD = ChatDelta("world.")
REASONING = ChatDelta(reasoning="Hm.")
PROBABLE = {
    "token": "Hi",
    "logprob": -0.1,
    "bytes": [72, 105],
    "top_logprobs": [{"token": "Ho", "logprob": -2.0}],
}


def build(*events: Any) -> tuple[OutputBuilder, list[tuple[str, dict[str, Any]]]]:
    output = OutputBuilder("5-a")
    sent = [one for event in events for one in output.note(event)]
    return output, sent + output.end()


def items(*events: Any) -> list[dict[str, Any]]:
    return build(*events)[0].render()


def message_delta(**fields: Any) -> ChatDelta:
    return ChatDelta(extra={"delta": fields})


def types(sent: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [kind.removeprefix("response.") for kind, _ in sent]


def test_texts_are_one_message():
    (message,) = items(HELLO, WORLD)
    assert message == {
        "id": "msg_5-a_0",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": "Hello world."}],
    }


def test_reasoning_and_text_alternate():
    found = items(REASONING, REASONING, HELLO, REASONING, WORLD)
    assert [(item["type"], item["id"]) for item in found] == [
        ("reasoning", "reasoning_5-a_0"),
        ("message", "msg_5-a_1"),
        ("reasoning", "reasoning_5-a_2"),
        ("message", "msg_5-a_3"),
    ]
    assert found[0]["summary"] == [{"type": "summary_text", "text": "Hm.Hm."}]


def test_one_delta_gives_reasoning_text_and_calls_in_that_order():
    whole = ChatDelta("Hello.", "Hm.", calls=(ToolCall(0, "c1", "f", "{}"),), finish="tool_calls")
    assert [item["type"] for item in items(whole)] == ["reasoning", "message", "function_call"]


def test_deltas_of_calls_may_be_interleaved():
    found = items(
        ChatDelta(calls=(ToolCall(0, "c1", "f"),)),
        ChatDelta(calls=(ToolCall(1, "c2", "g"),)),
        ChatDelta(calls=(ToolCall(0, arguments='{"a"'), ToolCall(1, arguments="{}"))),
        ChatDelta(calls=(ToolCall(0, arguments=":1}"),)),
    )
    assert [(item["call_id"], item["name"], item["arguments"]) for item in found] == [
        ("c1", "f", '{"a":1}'),
        ("c2", "g", "{}"),
    ]


def test_a_call_without_an_id_gets_one():
    (call,) = items(ChatDelta(calls=(ToolCall(0, name="f", arguments="{}"),)))
    assert call["call_id"] == "call_5-a_0"


def test_a_custom_call_has_an_input():
    output, sent = build(ChatDelta(calls=(ToolCall(0, "c1", "f", "x", type="custom"),)))
    assert (output.render()[0]["type"], output.render()[0]["input"]) == ("custom_tool_call", "x")
    assert types(sent)[1:3] == ["custom_tool_call_input.delta", "custom_tool_call_input.done"]
    assert "name" not in sent[2][1]


def test_text_after_a_call_is_a_new_message():
    found = items(HELLO, ChatDelta(calls=(ToolCall(0, "c1", "f", "{}"),)), WORLD)
    assert [item["type"] for item in found] == ["message", "function_call", "message"]


def test_a_refusal_is_a_part_of_its_own():
    output, sent = build(message_delta(refusal="I will "), message_delta(refusal="not."))
    assert output.render()[0]["content"] == [{"type": "refusal", "refusal": "I will not."}]
    assert types(sent) == [
        "output_item.added",
        "content_part.added",
        "refusal.delta",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
    ]


def test_citations_are_flat_and_sent_once():
    inner = {"url": "https://a.org", "title": "A", "start_index": 0, "end_index": 5}
    file = {"type": "file", "file": {"hash": "x"}}
    output, sent = build(
        HELLO, message_delta(annotations=[{"type": "url_citation", "url_citation": inner}, file])
    )
    flat = {"type": "url_citation", **inner}
    assert output.render()[0]["content"][0]["annotations"] == [flat]
    assert [one for kind, one in sent if kind.endswith("annotation.added")] == [
        {
            "item_id": "msg_5-a_0",
            "output_index": 0,
            "content_index": 0,
            "annotation_index": 0,
            "annotation": flat,
        }
    ]


def test_log_probabilities_are_brief_in_deltas():
    output, sent = build(ChatDelta("Hi", extra={"logprobs": {"content": [PROBABLE, "odd", {"token": "x"}]}}))
    brief = {"token": "Hi", "logprob": -0.1, "top_logprobs": [{"token": "Ho", "logprob": -2.0}]}
    (delta,) = [one for kind, one in sent if kind.endswith("text.delta")]
    assert delta["logprobs"] == [brief]
    full = {**PROBABLE, "top_logprobs": [{"token": "Ho", "logprob": -2.0, "bytes": []}]}
    assert output.render()[0]["content"][0]["logprobs"] == [full]


def test_a_signature_is_kept_with_its_reasoning():
    signed = {"type": "reasoning.text", "index": 0, "text": "Hm.", "signature": "abc", "format": "f-v1"}
    reasoning, message = items(REASONING, message_delta(reasoning_details=[signed]), HELLO)
    assert (reasoning["signature"], reasoning["format"], "encrypted_content" in reasoning) == (
        "abc",
        "f-v1",
        False,
    )
    assert message["type"] == "message"


def test_encrypted_reasoning_keeps_the_id_of_its_provider():
    secret = {"type": "reasoning.encrypted", "id": "rs_9", "data": "abc", "index": 0}
    (reasoning,) = items(message_delta(reasoning_details=[secret]))
    assert (reasoning["id"], reasoning["encrypted_content"], reasoning["summary"]) == ("rs_9", "abc", [])


@pytest.mark.parametrize("details", ["x", [5], [{"type": "reasoning.text", "text": "Hm."}], {}])
def test_empty_details_open_no_item(details):
    assert items(message_delta(reasoning_details=details)) == []


def test_images_are_items_of_their_own():
    output, sent = build(
        ImageReady(0, "image/png", b"png"), ImageReady(1, "image/webp", url="https://a.org/b")
    )
    assert [(item["result"], item["output_format"]) for item in output.render()] == [
        (base64.b64encode(b"png").decode(), "png"),
        ("https://a.org/b", "webp"),
    ]
    assert types(sent)[:4] == [
        "output_item.added",
        "image_generation_call.in_progress",
        "image_generation_call.completed",
        "output_item.done",
    ]
    assert sent[0][1]["item"]["result"] is None


def test_other_choices_and_audio_are_ignored():
    assert (
        items(ChatDelta("Hi", choice=1), ImageReady(0, "image/png", b"x", choice=1), AudioChunk(b"x")) == []
    )


@pytest.mark.parametrize(
    ("finish", "status"),
    [("stop", "completed"), ("tool_calls", "completed"), ("length", "incomplete"), (None, "completed")],
)
def test_the_last_item_has_the_status_of_the_response(finish, status):
    output, _ = build(REASONING, HELLO, ChatDelta(finish=finish))
    assert (output.status, [item["status"] for item in output.render()]) == (status, ["completed", status])


def test_an_interrupted_item_is_incomplete():
    output = OutputBuilder("5-a")
    for event in (REASONING, HELLO):
        output.note(event)
    output.interrupt()
    assert [item["status"] for item in output.render()] == ["completed", "incomplete"]
