"""Chunks of an answer: one frame per delta, ids once, audio in pieces that can be joined as text."""

from __future__ import annotations

import json
from base64 import b64decode

from core.bodies.chat.chunks import ChunkWriter
from core.contract.events import AnswerMetadata, AudioChunk, ChatDelta, Event, ImageReady, Started, ToolCall

USAGE = {"total_tokens": 3, "cost": 0.5}
STARTED = Started("Lab", "m", 1)


def rendered(*events: Event, asked: bool = False, error: dict | None = None) -> list[dict]:
    """Every chunk of an answer, the terminator seen and taken off."""
    chunks = ChunkWriter("gen-1", 7, "lab/m", usage=asked)
    body = b"".join(chunks.frame(event) for event in events)
    body += chunks.end(USAGE) if error is None else chunks.failure(error, USAGE)
    *frames, done, rest = body.split(b"\n\n")
    assert (done, rest) == (b"data: [DONE]", b"")
    return [json.loads(frame.removeprefix(b"data: ")) for frame in frames]


def choices(chunks: list[dict]) -> list[dict]:
    return [choice for chunk in chunks for choice in chunk["choices"]]


def deltas(chunks: list[dict]) -> list[dict]:
    return [choice["delta"] for choice in choices(chunks)]


def test_role_texts_finish_reason_and_usage_in_that_order():
    chunks = rendered(STARTED, ChatDelta('Say "hé"\n'), ChatDelta(" 你好"), ChatDelta(finish="stop"))
    assert choices(chunks) == [
        {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None},
        {"index": 0, "delta": {"content": 'Say "hé"\n'}, "finish_reason": None},
        {"index": 0, "delta": {"content": " 你好"}, "finish_reason": None},
        {"index": 0, "delta": {}, "finish_reason": "stop", "native_finish_reason": "stop"},
    ]
    about = {"id": "gen-1", "object": "chat.completion.chunk", "created": 7, "model": "lab/m"}
    about |= {"provider": "Lab"}
    assert [{name: chunk[name] for name in chunk if name != "choices"} for chunk in chunks] == [
        *[about] * 3,
        {**about, "usage": USAGE},
    ]


def test_requested_usage_is_null_before_the_last_chunk():
    chunks = rendered(STARTED, ChatDelta("a"), ChatDelta(finish="stop"), asked=True)
    assert [chunk["usage"] for chunk in chunks] == [None, None, None, USAGE]
    assert [len(chunk["choices"]) for chunk in chunks] == [1, 1, 1, 0]


def test_usage_nobody_asked_for_comes_with_the_last_of_several_choices():
    chunks = rendered(STARTED, ChatDelta("a"), ChatDelta("b", choice=1), ChatDelta(finish="stop"))
    assert [len(chunk["choices"]) for chunk in chunks] == [1] * len(chunks)
    assert [chunk.get("usage") for chunk in chunks] == [None] * (len(chunks) - 1) + [USAGE]
    assert chunks[-1]["choices"][0]["index"] == 1


def test_the_provider_s_word_for_a_failure_is_kept():
    error = {"code": 502, "message": "It broke.", "metadata": {"native_finish_reason": "SAFETY"}}
    *_, last = rendered(STARTED, ChatDelta("a"), error=error)
    assert last["choices"] == [
        {"index": 0, "delta": {"content": ""}, "finish_reason": "error", "native_finish_reason": "SAFETY"}
    ]


def test_metadata_of_the_provider_is_in_every_chunk():
    chunks = rendered(
        AnswerMetadata(extra={"system_fingerprint": "fp", "id": "theirs"}), STARTED, ChatDelta("a")
    )
    assert {(chunk["system_fingerprint"], chunk["id"]) for chunk in chunks} == {("fp", "gen-1")}


def test_fields_beside_a_text_stay_beside_it():
    aside = {"logprobs": {"content": []}, "delta": {"refusal": "no"}}
    chunk = choices(rendered(STARTED, ChatDelta("a", "why", extra=aside)))[1]
    assert chunk == {
        "index": 0,
        "delta": {"refusal": "no", "content": "a", "reasoning": "why"},
        "logprobs": {"content": []},
        "finish_reason": None,
    }


def test_a_call_is_named_once():
    calls = (ToolCall(0, "c", "look"), ToolCall(0, arguments='{"a"'), ToolCall(0, arguments=":1}"))
    *found, end = deltas(rendered(STARTED, *(ChatDelta(calls=(call,)) for call in calls)))[1:]
    assert [delta["tool_calls"] for delta in found] == [
        [{"index": 0, "id": "c", "type": "function", "function": {"name": "look", "arguments": ""}}],
        [{"index": 0, "function": {"arguments": '{"a"'}}],
        [{"index": 0, "function": {"arguments": ":1}"}}],
    ]
    assert end == {}


def test_a_missing_finish_reason_follows_from_the_content():
    calling = ChatDelta(calls=(ToolCall(0, "c", "look", "{}"),))
    ends = [choices(rendered(STARTED, event))[-1]["finish_reason"] for event in (ChatDelta("a"), calling)]
    assert ends == ["stop", "tool_calls"]


def test_text_of_the_last_delta_goes_out_before_the_finish_reason():
    told_at_once = {"logprobs": {"content": []}, "native_finish_reason": "STOP"}
    events = (ChatDelta("whole", finish="stop", extra=told_at_once), ChatDelta(" more"))
    assert choices(rendered(STARTED, *events))[1:] == [
        {"index": 0, "delta": {"content": "whole"}, "finish_reason": None, "logprobs": {"content": []}},
        {"index": 0, "delta": {"content": " more"}, "finish_reason": None},
        {"index": 0, "delta": {}, "finish_reason": "stop", "native_finish_reason": "STOP"},
    ]
    broken = rendered(STARTED, ChatDelta("last words", finish="stop"), error={"code": 502})
    assert [delta["content"] for delta in deltas(broken)] == ["", "last words", ""]


def test_fields_beside_a_finish_reason_without_text_stay_beside_it():
    filtered = {"content_filter_results": {"hate": {"filtered": False}}}
    assert choices(rendered(STARTED, ChatDelta("a"), ChatDelta(finish="stop", extra=filtered)))[2:] == [
        {"index": 0, "delta": {}, "finish_reason": "stop", "native_finish_reason": "stop", **filtered}
    ]


def test_audio_comes_in_pieces_that_join_as_text():
    data = bytes(range(100))
    parts = [data[:5], data[5:6], data[6:60], data[60:]]
    chunks = rendered(STARTED, *map(AudioChunk, parts), ChatDelta(finish="stop"))
    audio = [delta["audio"] for delta in deltas(chunks) if "audio" in delta]
    pieces = [piece["data"] for piece in audio if "data" in piece]
    assert b64decode("".join(pieces)) == data
    assert [len(b64decode(piece)) % 6 for piece in pieces[:-1]] == [0] * (len(pieces) - 1)
    assert [piece["id"] for piece in audio if "id" in piece] == ["audio_1"]
    assert [piece["expires_at"] for piece in audio if "expires_at" in piece] == [7]


def test_audio_ends_before_its_choice_does():
    chunks = rendered(STARTED, AudioChunk(b"12345678"), ChatDelta(finish="stop"), AudioChunk(b"9"))
    finished = [choice["finish_reason"] for choice in choices(chunks)]
    assert finished == [None, None, None, "stop"]
    pieces = [delta["audio"].get("data", "") for delta in deltas(chunks) if "audio" in delta]
    assert b64decode("".join(pieces)) == b"123456789"


def test_the_audio_id_of_the_provider_is_used_and_sent_once():
    named = ChatDelta(extra={"delta": {"audio": {"id": "theirs"}}})
    expiry = ChatDelta(extra={"delta": {"audio": {"expires_at": 99}}})
    again = ChatDelta(transcript="b", extra={"delta": {"audio": {"id": "theirs"}}})
    chunks = rendered(STARTED, named, ChatDelta(transcript="a"), AudioChunk(b"123456"), again, expiry)
    audio = [delta["audio"] for delta in deltas(chunks) if "audio" in delta]
    assert audio == [
        {"id": "theirs", "transcript": "a"},
        {"data": "MTIzNDU2"},
        {"transcript": "b"},
        {"expires_at": 99},
    ]


def test_an_image_is_a_data_url():
    found = deltas(rendered(STARTED, ImageReady(0, "image/png", b"PNG")))[1]["images"]
    assert [image["image_url"]["url"] for image in found] == ["data:image/png;base64,UE5H"]


def test_each_choice_has_its_own_beginning_and_end():
    events = (ChatDelta("a"), ChatDelta("b", choice=1), ChatDelta(finish="stop", choice=1))
    found = [
        (each["index"], each["delta"], each["finish_reason"]) for each in choices(rendered(STARTED, *events))
    ]
    role = {"role": "assistant", "content": ""}
    assert found == [
        (0, role, None),
        (0, {"content": "a"}, None),
        (1, role, None),
        (1, {"content": "b"}, None),
        (0, {}, "stop"),
        (1, {}, "stop"),
    ]


def test_a_failure_has_an_error_object_and_a_finish_reason():
    *_, sound, last = rendered(STARTED, AudioChunk(b"1234567"), error={"code": 502, "message": "It broke."})
    assert sound["choices"][0]["delta"]["audio"]["data"] == "Nw=="
    assert last["error"] == {"code": 502, "message": "It broke."}
    assert last["choices"] == [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]
    assert last["usage"] == USAGE
