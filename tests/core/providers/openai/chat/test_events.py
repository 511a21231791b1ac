from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contract.audio import AudioFormat
from core.contract.errors import UpstreamInvalid
from core.contract.events import AudioChunk, AudioStart, ChatDelta, ImageReady, ToolCall, Unreadable
from core.providers.openai.chat.events import ChatReader, text_delta
from tests.fakes.chat import IMAGE
from tests.fakes.server_sent_events import frame

PCM = AudioFormat.PCM


def read(*deltas: dict, audio: AudioFormat = PCM, **choice: object) -> list:
    """The events of these deltas but for the one that introduces them, and of the end."""
    reading, found = ChatReader(audio, ()), []
    for delta in deltas:
        value = {"choices": [{"index": 0, "delta": delta, **choice}]}
        found += reading.feed(frame(value))
    reading.done = True
    return [*found, *reading.end()][1:]


def test_empty_deltas_are_skipped():
    assert read({"role": "assistant", "content": ""}, {}, {"content": None, "annotations": []}) == []


def test_the_finish_may_come_with_the_last_words():
    assert read({"content": "Hi"}, finish_reason="stop") == [ChatDelta("Hi", finish="stop")]


def test_what_else_is_said_of_a_choice_is_told():
    probable = {"content": [{"token": "Hi", "logprob": -0.1}]}
    found = read({"content": "Hi"}, logprobs=probable, native_finish_reason="STOP", secret="x")
    assert found == [ChatDelta("Hi", extra={"logprobs": probable, "native_finish_reason": "STOP"})]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("refusal", "I will not."),
        ("annotations", [{"type": "url_citation"}]),
        ("reasoning_details", [{"type": "reasoning.text", "text": "Hm"}]),
        ("function_call", {"name": "f", "arguments": "{}"}),
    ],
)
def test_what_belongs_into_the_message_is_told_apart(name, value):
    assert read({name: value, "unheard_of": 1}) == [ChatDelta(extra={"delta": {name: value}})]


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        ({"reasoning": "Hm"}, ChatDelta(reasoning="Hm")),
        ({"reasoning_content": "Hm", "content": None}, ChatDelta(reasoning="Hm")),
        ({"reasoning": "Hm", "reasoning_content": "Hm"}, ChatDelta(reasoning="Hm")),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]},
                      {"type": "text", "text": "Hi"}, {"type": "text", "text": "!"}]},
         ChatDelta("Hi!", reasoning="Hm")),
    ],
)  # fmt: skip
def test_thoughts_have_many_names(delta, expected):
    assert read(delta) == [expected]


def test_custom_calls_bring_their_input():
    first = {"index": 0, "id": "call_1", "type": "custom", "custom": {"name": "shell", "input": "l"}}
    rest = {"index": 0, "custom": {"input": "s"}}
    assert read({"tool_calls": [first]}, {"tool_calls": [rest]}) == [
        ChatDelta(calls=(ToolCall(0, "call_1", "shell", "l", "custom"),)),
        ChatDelta(calls=(ToolCall(0, arguments="s", type="custom"),)),
    ]


def test_calls_that_are_all_numbered_alike_are_told_apart():
    calls = [
        {"index": 0, "id": f"call_{number}", "function": {"name": "f", "arguments": {"n": number}}}
        for number in (1, 2)
    ]
    assert read(*({"tool_calls": [call]} for call in calls)) == [
        ChatDelta(calls=(ToolCall(0, "call_1", "f", '{"n":1}'),)),
        ChatDelta(calls=(ToolCall(1, "call_2", "f", '{"n":2}'),)),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 4800])
def test_base64_may_be_cut_anywhere(size):
    sound = bytes(range(256)) * 3 + b"\1\2"
    encoded = base64.b64encode(sound).decode()
    pieces = [encoded[at : at + size] for at in range(0, len(encoded), size)]
    found = read(*({"audio": {"data": piece}} for piece in pieces))
    assert found[0] == AudioStart(PCM, 24_000)
    assert all(len(event.data) % 2 == 0 for event in found[1:])
    assert b"".join(event.data for event in found[1:]) == sound


def test_odd_pieces_become_whole_samples():
    pieces = [base64.b64encode(piece).decode() for piece in (b"\1\2\3", b"\4", b"\5\6\7")]
    found = read(*({"audio": {"data": piece}} for piece in pieces))
    assert found == [AudioStart(PCM, 24_000), AudioChunk(b"\1\2"), AudioChunk(b"\3\4"), AudioChunk(b"\5\6")]


def test_sound_of_another_format_is_refused():
    with pytest.raises(UpstreamInvalid, match="The provider sent wav where pcm was asked for"):
        read({"audio": {"data": base64.b64encode(b"RIFF" + bytes(60)).decode()}})


def test_pictures_are_named_by_their_bytes_and_numbered():
    encoded = base64.b64encode(IMAGE).decode()
    urls = [f"data:image/svg+xml;base64,{encoded}", "https://x.test/a.png"]
    found = read({"images": [{"image_url": {"url": url}} for url in urls]})
    assert found == [ImageReady(0, "image/png", IMAGE), ImageReady(1, "", url="https://x.test/a.png")]


def test_usage_may_come_in_any_event_and_the_last_stands():
    reading = ChatReader(PCM, ())
    for usage in ({"prompt_tokens": 1}, {"prompt_tokens": 2}, None):
        choices = [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]
        list(reading.feed(frame({"choices": choices, "usage": usage})))
    assert reading.report.usage == {"prompt_tokens": 2}


def event(text: object, **choice: object) -> dict:
    told = {"index": 0, "delta": {"content": text, "refusal": None}, "finish_reason": None, **choice}
    return {"id": "c", "model": "m", "choices": [told], "usage": None, "obfuscation": "xY7"}


@given(st.text(min_size=1))
def test_text_alone_is_the_same_by_the_short_way(text):
    assert text_delta(event(text)) == ChatDelta(text) == read({"content": text})[0]


@pytest.mark.parametrize(
    "other",
    [
        event(""),
        event(None),
        event(17),
        event("stop", finish_reason="stop"),
        event("sure", logprobs={"content": []}),
        event("b", index=1),
        event("no", delta={"content": "no", "refusal": "no"}),
        event("both", delta={"content": "both", "role": "assistant", "reasoning": "hm"}),
        event("Hi") | {"usage": {"prompt_tokens": 1}},
        event("Hi") | {"error": {"message": "no"}},
        event("Hi") | {"choices": []},
        event("Hi") | {"choices": {"a": "b"}},
        event("Hi") | {"choices": 2 * event("Hi")["choices"]},
        {"choices": ["Hi"]},
        {"choices": [{"delta": None}]},
        ["choices"],
        "Hi",
        None,
    ],
)
def test_events_with_more_or_less_than_text_are_read_in_full(other):
    assert text_delta(other) is None


def test_several_choices_may_come_in_one_event():
    reading = ChatReader(PCM, ())
    choices = [{"index": number, "delta": {"content": str(number)}} for number in (0, 1)]
    assert list(reading.feed(frame({"choices": choices})))[1:] == [ChatDelta("0"), ChatDelta("1", choice=1)]


def test_words_of_another_choice_are_never_the_first_s():
    reading = ChatReader(PCM, ())
    list(reading.feed(frame({"choices": [{"index": 0, "delta": {"content": "a"}}]})))
    found = list(reading.feed(frame({"choices": [{"index": 1, "delta": {"content": "b"}}]})))
    assert found == [ChatDelta("b", choice=1)]


def test_a_broken_event_is_left_out_and_counted():
    words = [frame({"choices": [{"index": 0, "delta": {"content": word}}]}) for word in ("Hi", "!")]
    found = list(ChatReader(PCM, ()).feed(words[0] + b"data: {\n\n" + words[1]))
    assert found[1:] == [ChatDelta("Hi"), Unreadable(1), ChatDelta("!")]


def test_white_space_and_unknown_words_do_no_harm():
    value = {"id": 7, "choices": [{"message": {"content": "Hi", "x": 1}, "y": 2}], "z": 3}
    found = ChatReader(PCM, ()).whole(b"\n\n  " + json.dumps(value).encode())
    assert found[1:] == [ChatDelta("Hi")]
