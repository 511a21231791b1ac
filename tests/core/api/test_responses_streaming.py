"""`POST responses` with `stream`: named and numbered events, the complete response in the last one."""

from __future__ import annotations

import base64
import json

import pytest

from core.models import ApiKey, UsageRecord
from tests.core.api.chat_helpers import make_chat_model
from tests.core.api.records import settled_record
from tests.core.api.responses_helpers import ASK, events, joined, streamed, types
from tests.fakes.chat import ARGUMENTS, IMAGE, TEXT, THOUGHTS, words

WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
BEGINNING = "The quick brown"
LATE = {
    "cut": "upstream_unreachable",
    "truncated": "upstream_truncated",
    "error-event": "upstream_failed",
    "error-finish": "upstream_failed",
}
"""Faults after three words."""


@pytest.fixture
def talker(lab):
    return make_chat_model(lab)


def test_events_of_a_message(live, key, talker):
    answer, found = streamed(live, key)
    record = settled_record("completed")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-generation-id"] == record.public_id
    assert types(found) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert joined(found, "output_text") == TEXT
    begun, last = found[0]["response"], found[-1]["response"]
    assert (begun["status"], begun["output"], "usage" in begun) == ("in_progress", [], False)
    assert (last["id"], last["status"], last["provider"]) == (begun["id"], "completed", "Lab")
    assert last["usage"]["cost"] == pytest.approx(float(record.cost))


@pytest.mark.parametrize(
    "asked", [{}, {"tools": [WEATHER]}, {"reasoning": {"effort": "low"}}, {"modalities": ["image", "text"]}]
)
def test_the_last_event_has_the_complete_response(live, key, talker, asked):
    _, found = streamed(live, key, **asked)
    alone = live.post("/responses", key, json={**ASK, **asked}).json()
    last = found[-1]["response"]
    own = ("id", "created_at", "completed_at")
    without = [{name: one[name] for name in one if name not in own} for one in (last, alone)]
    for one in without:
        one["output"] = [{name: item[name] for name in item if name != "id"} for item in one["output"]]
    assert without[0] == without[1]


def test_items_are_the_same_in_events_and_response(live, key, talker):
    _, found = streamed(live, key, reasoning={"effort": "low"})
    done = [event["item"] for event in found if event["type"] == "response.output_item.done"]
    assert done == found[-1]["response"]["output"]
    assert [event["output_index"] for event in found if "item" in event] == [0, 0, 1, 1]


def test_deltas_name_item_and_part(live, key, talker):
    _, found = streamed(live, key, reasoning={"effort": "low"})
    message = found[-1]["response"]["output"][1]
    deltas = [event for event in found if event["type"] == "response.output_text.delta"]
    assert {(one["item_id"], one["output_index"], one["content_index"]) for one in deltas} == {
        (message["id"], 1, 0)
    }


def test_reasoning_comes_as_a_summary(live, key, talker):
    _, found = streamed(live, key, reasoning={"effort": "low"})
    assert types(found)[2:7] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
    ]
    assert joined(found, "reasoning_summary_text") == THOUGHTS
    assert joined(found, "output_text") == TEXT


def test_a_tool_call_comes_in_deltas(live, key, talker):
    _, found = streamed(live, key, tools=[WEATHER])
    assert types(found)[2:] == [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    assert joined(found, "function_call_arguments") == ARGUMENTS
    (done,) = [event for event in found if event["type"] == "response.function_call_arguments.done"]
    assert (done["name"], done["arguments"]) == ("weather", ARGUMENTS)


def test_an_image_comes_in_one_event(live, key, talker):
    _, found = streamed(live, key, modalities=["image", "text"])
    done = [event["item"] for event in found if event["type"] == "response.output_item.done"]
    (picture,) = [item for item in done if item["type"] == "image_generation_call"]
    assert base64.b64decode(picture["result"]) == IMAGE


def test_the_tool_for_images_streams_its_item(live, key, talker):
    _, found = streamed(live, key, tools=[{"type": "image_generation"}])
    drawn = [kind for kind in types(found) if kind.startswith("image_generation_call")]
    assert drawn == ["image_generation_call.in_progress", "image_generation_call.completed"]
    (picture,) = [item for item in found[-1]["response"]["output"] if item["type"] == "image_generation_call"]
    assert base64.b64decode(picture["result"]) == IMAGE


@pytest.mark.timing
def test_deltas_are_sent_while_the_provider_sends_them(live, key, lab, provider):
    make_chat_model(lab, upstream="chat-slowly")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    asked = {**ASK, "stream": True}
    with live.client.stream("POST", "/v1/responses", json=asked, headers=headers) as answer:
        first = next(answer.iter_raw())
        assert (b"event: response.created" in first, provider.requests[0].finished.is_set()) == (True, False)


def test_many_deltas_at_once_are_all_sent(live, key, lab):
    make_chat_model(lab, upstream="words-2000")
    _, found = streamed(live, key)
    assert joined(found, "output_text") == words(2000)
    assert found[-1]["response"]["output"][0]["content"][0]["text"] == words(2000)


def test_a_keep_alive_sends_the_opening_events(live, key, lab, monkeypatch):
    monkeypatch.setattr("core.api.http.streaming.KEEP_ALIVE", 0.05)
    make_chat_model(lab, upstream="slow")
    answer, found = streamed(live, key)
    assert answer.text.index("response.in_progress") < answer.text.index(": still here")
    assert joined(found, "output_text") == TEXT
    assert types(found)[:3] == ["created", "in_progress", "output_item.added"]


@pytest.mark.parametrize("scenario", LATE)
def test_a_failure_after_the_first_deltas_is_an_error_and_a_failed_response(live, key, lab, scenario):
    make_chat_model(lab, upstream=scenario)
    answer, found = streamed(live, key)
    error, failed = found[-2:]
    response = failed["response"]
    assert (answer.status_code, error["type"], failed["type"]) == (200, "error", "response.failed")
    assert (error["code"], error["param"]) == (LATE[scenario], None)
    assert error["metadata"]["generation_id"] == answer.headers["x-generation-id"]
    assert response["error"] == {"code": "server_error", "message": error["message"]}
    assert (response["status"], response["error_type"]) == ("failed", error["metadata"]["error_type"])
    (message,) = response["output"]
    assert (message["status"], message["content"][0]["text"]) == ("incomplete", BEGINNING)
    record = settled_record("partial")
    assert record.cost > 0
    assert response["usage"]["cost"] == pytest.approx(float(record.cost))


def test_revoking_a_key_ends_its_streams(live, key, lab, alice):
    make_chat_model(lab, upstream="words-1000-at-20")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    asked = {**ASK, "stream": True}
    with live.client.stream("POST", "/v1/responses", json=asked, headers=headers) as answer:
        pieces = answer.iter_raw()
        received = next(pieces)
        ApiKey.objects.all().delete()
        live.refresh()
        received += b"".join(pieces)
    assert types(events(received.decode()))[-2:] == ["error", "failed"]
    assert settled_record("interrupted").cost > 0


def test_the_provider_call_is_closed_when_the_client_disconnects(live, key, lab, provider):
    make_chat_model(lab, upstream="words-1000-at-20")
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    asked = {**ASK, "stream": True}
    with live.client.stream("POST", "/v1/responses", json=asked, headers=headers) as answer:
        next(answer.iter_raw())
    assert provider.requests[0].left.wait(10)
    assert settled_record("stopped").cost > 0


def test_the_record_says_that_it_was_streamed(live, key, talker):
    streamed(live, key)
    assert UsageRecord.objects.get().streamed is True


def test_every_event_is_one_line_of_json(live, key, talker):
    answer, _ = streamed(live, key, input="Two\nlines")
    for frame in answer.text.removesuffix("\n\n").split("\n\n"):
        _, data = frame.split("\n")
        assert isinstance(json.loads(data.removeprefix("data: ")), dict)
