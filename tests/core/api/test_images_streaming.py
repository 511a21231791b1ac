"""Pictures as server-sent events."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from core.models import UsageRecord
from tests.core.api.image_helpers import FOX, PRICE, SLUG, data_url, make_image_model, picture, size_of
from tests.core.api.records import settled_record

STREAM = {**FOX, "stream": True}


@pytest.fixture(autouse=True)
def brush(transactional_db):
    return make_image_model()


def frames(text: str) -> list[tuple[str, Any]]:
    """(event, data) of each event."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if data := lines.get("data"):
            found.append((lines.get("event", ""), data if data == "[DONE]" else json.loads(data)))
    return found


def test_partial_pictures_and_the_last_one(live, key):
    answer = live.post("/images/generations", key, json={**STREAM, "partial_images": 2, "quality": "high"})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-generation-id"] == UsageRecord.objects.get().public_id
    found = frames(answer.text)
    assert [(name, data["type"]) for name, data in found] == [
        (name, name) for name in ("image_generation.partial_image",) * 2 + ("image_generation.completed",)
    ]
    assert [data["partial_image_index"] for _, data in found[:2]] == [0, 1]
    for _, data in found:
        assert size_of(data["b64_json"]) == (64, 48)
        assert (data["size"], data["quality"], data["background"], data["output_format"]) == (
            "64x48", "high", "auto", "png",
        )  # fmt: skip
    usage = found[-1][1]["usage"]
    assert (usage["total_tokens"], usage["cost"]) == (2, float(PRICE))


def test_events_tell_what_was_made_where_the_request_left_it_open(live, key):
    body = {**STREAM, "partial_images": 1, "quality": "auto", "size": "auto"}
    found = frames(live.post("/images/generations", key, json=body).text)
    assert [(data["size"], data["quality"]) for _, data in found] == [("1024x1024", "low")] * 2


def test_several_pictures_have_the_usage_with_the_last(live, key):
    found = frames(live.post("/images/generations", key, json={**STREAM, "n": 3}).text)
    assert [data["index"] for _, data in found] == [0, 1, 2]
    assert [data["usage"]["total_tokens"] for _, data in found] == [0, 0, 2]
    assert [data["usage"].get("cost") for _, data in found] == [None, None, float(3 * PRICE)]


def test_an_edit_has_events_of_its_own(live, key):
    body = {**STREAM, "image": data_url(picture()), "partial_images": 1}
    found = frames(live.post("/images/edits", key, json=body).text)
    assert [name for name, _ in found] == ["image_edit.partial_image", "image_edit.completed"]
    form = {"model": SLUG, "prompt": "Blur it", "stream": "true"}
    answer = live.post("/images/edits", key, data=form, files={"image": ("a.png", picture())})
    assert [name for name, _ in frames(answer.text)] == ["image_edit.completed"]


def test_a_failure_before_the_first_event_has_its_status(live, key):
    make_image_model("stage/broken", fail="500")
    answer = live.post("/images/generations", key, json={**STREAM, "model": "stage/broken"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, 502)


def test_a_failure_in_the_middle_is_an_event(live, key):
    make_image_model("stage/cut", fail="cut")
    body = {**STREAM, "model": "stage/cut", "partial_images": 2}
    (partial, failure) = frames(live.post("/images/generations", key, json=body).text)
    record = settled_record("partial")
    assert (partial[0], failure[0], failure[1]["type"]) == (
        "image_generation.partial_image",
        "error",
        "error",
    )
    error = failure[1]["error"]
    assert (error["code"], error["metadata"]["generation_id"]) == (502, record.public_id)


def test_a_whole_picture_is_sent_before_the_failure_of_the_next(live, key):
    make_image_model("stage/cut", fail="cut", cut_after=1)
    found = frames(live.post("/images/generations", key, json={**STREAM, "model": "stage/cut", "n": 2}).text)
    assert [name for name, _ in found] == ["image_generation.completed", "error"]
    assert found[0][1]["usage"]["cost"] == float(PRICE)


def test_openrouters_stream_ends_with_done(live, key):
    body = {**STREAM, "partial_images": 1, "input_references": [
        {"type": "image_url", "image_url": {"url": data_url(picture())}}
    ]}  # fmt: skip
    found = frames(live.post("/images", key, json=body).text)
    assert [data if data == "[DONE]" else data["type"] for _, data in found] == [
        "image_generation.partial_image", "image_generation.completed", "[DONE]",
    ]  # fmt: skip
    assert found[1][1]["usage"]["prompt_tokens"] == 2


def test_openrouters_errors_have_a_word_for_a_code(live, key):
    make_image_model("stage/cut", fail="cut")
    body = {**STREAM, "model": "stage/cut", "partial_images": 2}
    found = frames(live.post("/images", key, json=body).text)
    assert isinstance(found[1][1]["error"]["code"], str)
    assert found[2][1] == "[DONE]"


def test_silence_is_filled_with_comments(live, key, monkeypatch):
    monkeypatch.setattr("core.api.http.streaming.KEEP_ALIVE", 0.05)
    make_image_model("stage/slow", first_delay=0.4)
    answer = live.post("/images/generations", key, json={**STREAM, "model": "stage/slow"})
    assert answer.text.startswith(": still here\n\n")
    assert [name for name, _ in frames(answer.text)] == ["image_generation.completed"]


def leave(live, key, body, events: int) -> None:
    """Ask for a stream and go away after so many events; before there is any where it is 0."""
    live.refresh()
    headers = {"Authorization": f"Bearer {key}"}
    if not events:
        with pytest.raises(httpx.ReadTimeout):
            live.client.post("/v1/images/generations", json=body, headers=headers, timeout=0.2)
        return
    with live.client.stream("POST", "/v1/images/generations", json=body, headers=headers) as answer:
        pieces, seen = answer.iter_raw(), b""
        while seen.count(b"\n\n") < events:
            seen += next(pieces)


@pytest.mark.parametrize(
    ("fields", "events"), [({}, 0), ({"partial_images": 2}, 0), ({"partial_images": 2}, 1), ({"n": 3}, 1)]
)
def test_pictures_are_finished_and_billed_where_the_client_leaves(live, key, fields, events):
    make_image_model("stage/slow", first_delay=0 if events else 0.5, delay=0.3)
    leave(live, key, {**STREAM, "model": "stage/slow", **fields}, events)
    record = settled_record("completed")
    assert (record.cost, record.basis) == (PRICE * fields.get("n", 1), "computed")
