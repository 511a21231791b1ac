"""The frames of a response, from prepared bytes and built one by one."""

from __future__ import annotations

import orjson
import pytest

from core.bodies.responses.body import ResponsesBody
from core.bodies.responses.events import ResponseEventWriter
from core.bodies.responses.response import ResponseBuilder
from core.contract.errors import UpstreamLimited
from core.contract.events import AnswerMetadata, ChatDelta, Started, ToolCall
from tests.core.api.responses_helpers import events, joined, types

ODD = ["Hello", ' "quoted" \\ ', "\n\n", "data: x", "你好", "\u2028", "🎭"]


def event_writer() -> ResponseEventWriter:
    body = ResponsesBody(model="lab/talker", input="Hello.")
    return ResponseEventWriter(ResponseBuilder("gen-5-a", 5, "lab/talker", body))


def rendered(*said) -> list[dict]:
    frames = event_writer()
    body = b"".join(frames.frame(event) for event in said) + frames.end({})
    return events(body.decode())


def test_special_characters_stay_in_one_line():
    found = rendered(*map(ChatDelta, ODD))
    assert joined(found, "output_text") == "".join(ODD)
    assert found[-1]["response"]["output"][0]["content"][0]["text"] == "".join(ODD)


def test_prepared_and_built_deltas_are_equal():
    short, long = (
        rendered(ChatDelta("a"), ChatDelta("b")),
        rendered(ChatDelta("a"), ChatDelta("b", extra={"x": 1})),
    )
    deltas = [[one for one in found if one["type"].endswith("text.delta")] for found in (short, long)]
    assert deltas[0] == deltas[1]


def test_text_of_a_second_message_names_it():
    call = ChatDelta(calls=(ToolCall(0, "c1", "f", "{}"),))
    found = rendered(ChatDelta("a"), ChatDelta("b"), call, ChatDelta("c"), ChatDelta("d"))
    places = [(one["item_id"], one["output_index"]) for one in found if one["type"].endswith("text.delta")]
    assert places == [("msg_5-a_0", 0)] * 2 + [("msg_5-a_2", 2)] * 2


def test_text_after_a_refusal_is_its_second_part():
    refusal = ChatDelta(extra={"delta": {"refusal": "No."}})
    found = rendered(refusal, ChatDelta("a"), ChatDelta("b"))
    indexes = [one["content_index"] for one in found if one["type"].endswith("text.delta")]
    assert (indexes, joined(found, "refusal")) == ([1, 1], "No.")


def test_text_around_a_refusal_is_one_part():
    refusal = ChatDelta(extra={"delta": {"refusal": "No."}})
    last = rendered(ChatDelta("a"), ChatDelta("b"), refusal, ChatDelta("c"))[-1]
    words, refused = last["response"]["output"][0]["content"]
    assert (words["text"], refused["refusal"]) == ("abc", "No.")


def test_other_choices_are_ignored():
    found = rendered(ChatDelta("a"), ChatDelta("x", choice=1), ChatDelta("b"))
    assert joined(found, "output_text") == "ab"


def test_the_provider_is_known_from_the_first_event():
    answered = AnswerMetadata("id", "m", {"service_tier": "flex", "id": "theirs"})
    first, *_ = rendered(Started("Lab", "m", 1), answered, ChatDelta("a"))
    told = first["response"]
    assert (told["provider"], told["service_tier"], told["id"]) == ("Lab", "flex", "resp_5-a")


def test_an_answer_without_content_begins_and_ends():
    found = rendered()
    assert types(found) == ["created", "in_progress", "completed"]
    assert found[-1]["response"]["output"] == []


def test_the_opening_is_sent_once():
    frames = event_writer()
    opening = frames.opening()
    rest = frames.opening() + frames.frame(ChatDelta("a")) + frames.end({})
    assert types(events((opening + rest).decode()))[:3] == ["created", "in_progress", "output_item.added"]


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_a_cut_off_answer_is_incomplete(finish):
    last = rendered(ChatDelta("a"), ChatDelta(finish=finish))[-1]
    assert (last["type"], last["response"]["completed_at"]) == ("response.incomplete", None)


def test_a_failure_is_an_error_and_a_failed_response():
    frames = event_writer()
    body = frames.frame(ChatDelta("a")) + frames.failure(UpstreamLimited("Too many.").envelope(), None)
    error, failed = events(body.decode())[-2:]
    assert (error["type"], error["code"], error["message"]) == ("error", "upstream_rate_limited", "Too many.")
    assert failed["response"]["error"] == {"code": "rate_limit_exceeded", "message": "Too many."}
    assert failed["response"]["error_type"] == "rate_limit_exceeded"
    assert orjson.dumps(failed).count(b'"incomplete"') == 1
