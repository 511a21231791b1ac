"""A completion from events: its messages, audio, tool calls and usage."""

from __future__ import annotations

import re
from base64 import b64encode
from decimal import Decimal

import pytest

from core.bodies.chat.collector import ChatCollector
from core.bodies.chat.completion import render_completion
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    Event,
    ImageReady,
    Outcome,
    Receipt,
    Started,
    ToolCall,
)
from core.contract.usage import Amount, Basis, Kind, Unit

CREATED = 1_795_200_000
REQUEST = ChatRequest("m", ({"role": "user", "content": "Hi"},))


def receipt(*amounts: tuple[Kind, int], cost: str | None = "0.5") -> Receipt:
    told = tuple(Amount(kind, Unit.TOKEN, Decimal(quantity)) for kind, quantity in amounts)
    money = None if cost is None else Decimal(cost)
    return Receipt("gen-1", Outcome.COMPLETED, "lab/m", "lab", told, money, Basis.COMPUTED, 5, 17)


def completed(*events: Event, ended: Receipt | None = None) -> dict:
    collector = ChatCollector()
    for event in (Started("Lab", "m", 1), *events):
        collector.note(event)
    return render_completion(collector.finish(REQUEST), ended or receipt(), CREATED)


def message(*events: Event) -> dict:
    return completed(*events)["choices"][0]["message"]


def test_text_is_joined_and_metadata_is_relayed():
    told = AnswerMetadata(
        "up-1", "upstream", {"system_fingerprint": "fp", "service_tier": "flex", "id": "up-1"}
    )
    found = completed(told, ChatDelta("Hel"), ChatDelta("lo"), ChatDelta(finish="length"))
    assert found.pop("usage")["cost"] == Decimal("0.5")
    assert found == {
        "id": "gen-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": "lab/m",
        "provider": "Lab",
        "system_fingerprint": "fp",
        "service_tier": "flex",
        "processing_time_ms": 17,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "refusal": None, "content": "Hello"},
                "logprobs": None,
                "native_finish_reason": "length",
                "finish_reason": "length",
            }
        ],
    }


@pytest.mark.parametrize("told", [{}, {"system_fingerprint": None}, {"system_fingerprint": ""}])
def test_a_missing_fingerprint_names_who_answered(told):
    found = completed(AnswerMetadata("up-1", "upstream", told), ChatDelta("a"))["system_fingerprint"]
    assert re.fullmatch("fp_[0-9a-f]{10}", found)
    assert completed(ChatDelta("b"))["system_fingerprint"] == found
    other = completed(Started("Lab", "other", 1), ChatDelta("b"))["system_fingerprint"]
    assert re.fullmatch("fp_[0-9a-f]{10}", other)
    assert other != found


def test_an_answer_without_content_is_an_empty_text():
    found = completed()["choices"]
    assert [(each["message"]["content"], each["finish_reason"]) for each in found] == [("", "stop")]


def test_calls_are_joined_by_index():
    found = message(
        ChatDelta(calls=(ToolCall(0, "c0", "look"), ToolCall(1, "c1", "ask", '{"q"', "custom"))),
        ChatDelta(calls=(ToolCall(0, arguments='{"a":'), ToolCall(1, arguments=":1}"))),
        ChatDelta(calls=(ToolCall(0, arguments="2}"),)),
    )
    assert found["content"] is None
    assert found["tool_calls"] == [
        {"id": "c0", "type": "function", "function": {"name": "look", "arguments": '{"a":2}'}},
        {"id": "c1", "type": "custom", "custom": {"name": "ask", "input": '{"q":1}'}},
    ]


def test_calls_without_a_finish_reason_finish_as_tool_calls():
    found = completed(ChatDelta(calls=(ToolCall(0, "c", "look", "{}"),)))
    assert found["choices"][0]["finish_reason"] == "tool_calls"


def test_audio_is_whole_and_has_its_transcript():
    start = AudioStart(AudioFormat.PCM, 24_000)
    named = ChatDelta(extra={"delta": {"audio": {"id": "audio_up"}}})
    expiry = ChatDelta(extra={"delta": {"audio": {"expires_at": 9}}})
    found = message(
        named, start, AudioChunk(b"1234567"), ChatDelta(transcript="Hi "), AudioChunk(b"8"),
        ChatDelta(transcript="you"), expiry,
    )  # fmt: skip
    assert found["content"] is None
    assert found["audio"] == {
        "id": "audio_up",
        "expires_at": 9,
        "data": b64encode(b"12345678").decode(),
        "transcript": "Hi you",
    }


def test_audio_without_an_id_gets_one_that_has_expired():
    audio = message(AudioChunk(b"12"))["audio"]
    assert (audio["id"], audio["expires_at"], audio["transcript"]) == ("audio_1", CREATED, "")


def test_images_are_data_urls_or_https_urls():
    found = message(ImageReady(0, "image/png", b"PNG"), ImageReady(1, "image/png", url="https://x.test/a"))
    urls = [(image["type"], image["image_url"]["url"]) for image in found["images"]]
    assert urls == [("image_url", "data:image/png;base64,UE5H"), ("image_url", "https://x.test/a")]


def test_reasoning_and_further_fields_are_joined():
    first = {"delta": {"reasoning_details": [{"type": "t", "index": 0, "text": "A f", "format": "v1"}]}}
    second = {"delta": {"reasoning_details": [{"type": "t", "index": 0, "text": "ox", "format": "v1"}]}}
    logprobs = ({"logprobs": {"content": [{"token": name}], "refusal": None}} for name in "ab")
    found = completed(
        ChatDelta(reasoning="A f", extra=first),
        ChatDelta(reasoning="ox", extra=second),
        *(ChatDelta("x", extra=each) for each in logprobs),
        ChatDelta(extra={"delta": {"refusal": "I "}}),
        ChatDelta(extra={"delta": {"refusal": "won't"}}),
        ChatDelta(finish="stop", extra={"native_finish_reason": "STOP"}),
    )["choices"][0]
    assert found["message"]["reasoning"] == "A fox"
    assert found["message"]["reasoning_details"] == [
        {"type": "t", "index": 0, "text": "A fox", "format": "v1"}
    ]
    assert found["message"]["refusal"] == "I won't"
    assert found["logprobs"] == {"content": [{"token": "a"}, {"token": "b"}], "refusal": None}
    assert (found["finish_reason"], found["native_finish_reason"]) == ("stop", "STOP")
    assert first["delta"]["reasoning_details"][0]["text"] == "A f"


def test_choices_are_separate_and_in_order():
    found = completed(ChatDelta("b", choice=1), ChatDelta("a"), ChatDelta("B", choice=1))["choices"]
    assert [(each["index"], each["message"]["content"]) for each in found] == [(0, "a"), (1, "bB")]


def test_usage_counts_each_token_once():
    found = completed(
        ended=receipt(
            (Kind.TEXT_IN, 100),
            (Kind.CACHED_IN, 40),
            (Kind.AUDIO_IN, 10),
            (Kind.CACHED_AUDIO_IN, 2),
            (Kind.VIDEO_IN, 5),
            (Kind.TEXT_OUT, 30),
            (Kind.REASONING_OUT, 20),
            (Kind.AUDIO_OUT, 7),
            cost=None,
        )
    )["usage"]
    prompt, completion = found.pop("prompt_tokens_details"), found.pop("completion_tokens_details")
    assert found == {
        "prompt_tokens": 115,
        "completion_tokens": 37,
        "total_tokens": 152,
        "cost": None,
        "cost_details": None,
        "is_byok": False,
    }
    assert (prompt["cached_tokens"], prompt["text_tokens"], prompt["audio_tokens"]) == (42, 100, 10)
    assert (completion["reasoning_tokens"], completion["audio_tokens"]) == (20, 7)
