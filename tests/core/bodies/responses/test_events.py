"""Frames of a response: the short way and the long way say the same."""

from __future__ import annotations

import orjson
import pytest

from core.bodies.responses.body import ResponsesBody
from core.bodies.responses.events import ResponseEventWriter
from core.bodies.responses.response import ResponseBuilder
from core.contract.errors import UpstreamLimited
from core.contract.events import AnswerMetadata, ChatDelta, Started, ToolCall
from tests.core.api.response_events import events, joined, types

ODD = ["Hello", ' "quoted" \\ ', "\n\n", "data: x", "你好", "\u2028", "🎭"]


def writing() -> ResponseEventWriter:
    body = ResponsesBody(model="lab/talker", input="Hello.")
    return ResponseEventWriter(ResponseBuilder("gen-5-a", 5, "lab/talker", body))


def written(*said) -> list[dict]:
    frames = writing()
    body = b"".join(frames.frame(event) for event in said) + frames.end({})
    return events(body.decode())


def test_odd_words_are_still_one_line_each():
    found = written(*map(ChatDelta, ODD))
    assert joined(found, "output_text") == "".join(ODD)
    assert found[-1]["response"]["output"][0]["content"][0]["text"] == "".join(ODD)


def test_the_short_way_says_what_the_long_way_says():
    short, long = (
        written(ChatDelta("a"), ChatDelta("b")),
        written(ChatDelta("a"), ChatDelta("b", extra={"x": 1})),
    )
    deltas = [[one for one in found if one["type"].endswith("text.delta")] for found in (short, long)]
    assert deltas[0] == deltas[1]


def test_words_of_a_second_message_name_it():
    call = ChatDelta(calls=(ToolCall(0, "c1", "f", "{}"),))
    found = written(ChatDelta("a"), ChatDelta("b"), call, ChatDelta("c"), ChatDelta("d"))
    places = [(one["item_id"], one["output_index"]) for one in found if one["type"].endswith("text.delta")]
    assert places == [("msg_5-a_0", 0)] * 2 + [("msg_5-a_2", 2)] * 2


def test_words_after_a_refusal_take_the_long_way():
    refusal = ChatDelta(extra={"delta": {"refusal": "No."}})
    found = written(refusal, ChatDelta("a"), ChatDelta("b"))
    indexes = [one["content_index"] for one in found if one["type"].endswith("text.delta")]
    assert (indexes, joined(found, "refusal")) == ([1, 1], "No.")


def test_words_around_a_refusal_are_one_part():
    refusal = ChatDelta(extra={"delta": {"refusal": "No."}})
    last = written(ChatDelta("a"), ChatDelta("b"), refusal, ChatDelta("c"))[-1]
    words, refused = last["response"]["output"][0]["content"]
    assert (words["text"], refused["refusal"]) == ("abc", "No.")


def test_other_choices_are_not_heard():
    found = written(ChatDelta("a"), ChatDelta("x", choice=1), ChatDelta("b"))
    assert joined(found, "output_text") == "ab"


def test_who_answers_is_known_from_the_first_event():
    answered = AnswerMetadata("id", "m", {"service_tier": "flex", "id": "theirs"})
    first, *_ = written(Started("Lab", "m", 1), answered, ChatDelta("a"))
    told = first["response"]
    assert (told["provider"], told["service_tier"], told["id"]) == ("Lab", "flex", "resp_5-a")


def test_an_answer_of_nothing_begins_and_ends():
    found = written()
    assert types(found) == ["created", "in_progress", "completed"]
    assert found[-1]["response"]["output"] == []


def test_the_opening_is_said_once():
    frames = writing()
    opening = frames.opening()
    rest = frames.opening() + frames.frame(ChatDelta("a")) + frames.end({})
    assert types(events((opening + rest).decode()))[:3] == ["created", "in_progress", "output_item.added"]


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_what_is_cut_short_ends_as_incomplete(finish):
    last = written(ChatDelta("a"), ChatDelta(finish=finish))[-1]
    assert (last["type"], last["response"]["completed_at"]) == ("response.incomplete", None)


def test_a_failure_is_an_error_and_a_failed_response():
    frames = writing()
    body = frames.frame(ChatDelta("a")) + frames.failure(UpstreamLimited("Too many.").envelope(), None)
    error, failed = events(body.decode())[-2:]
    assert (error["type"], error["code"], error["message"]) == ("error", "upstream_rate_limited", "Too many.")
    assert failed["response"]["error"] == {"code": "rate_limit_exceeded", "message": "Too many."}
    assert failed["response"]["error_type"] == "rate_limit_exceeded"
    assert orjson.dumps(failed).count(b'"incomplete"') == 1
