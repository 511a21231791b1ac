"""Words read by what stands around them are the words that reading it all would have found."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contract.events import ChatDelta
from core.providers.openai.plain import LESSONS, Pattern, plain, said_between


def event(text: str, **choice) -> bytes:
    told = {"index": 0, "delta": {"content": text}, "finish_reason": None, **choice}
    return orjson.dumps({"id": "c", "model": "m", "choices": [told], "usage": None})


@pytest.fixture
def pattern() -> Pattern:
    found = Pattern()
    found.learn(event("Hello"))
    return found


def test_nothing_is_known_before_an_event_was_read():
    assert read(Pattern(), event("Hello")) is None


def read(pattern: Pattern, data: bytes) -> ChatDelta | None:
    return said_between(pattern.head, data, pattern.tail)


def read_chunk(pattern: Pattern, chunk: bytes) -> ChatDelta | None:
    return said_between(pattern.begins, chunk, pattern.ends)


@given(st.text(min_size=1))
def test_every_text_is_read_as_it_was_written(text):
    pattern = Pattern()
    pattern.learn(event("Hello"))
    assert read(pattern, event(text)) == ChatDelta(text) == plain(orjson.loads(event(text)))


@pytest.mark.parametrize(
    "other",
    [
        event("", finish_reason="stop"),
        event(""),
        event("stop", finish_reason="stop"),
        event("sure", logprobs={"content": []}),
        event("Hello").replace(b'"m"', b'"n"'),
        event("Hello").replace(b'"Hello"', b"17"),
        event("Hello").replace(b'"Hello"', b'"Hello","refusal":"no"'),
        event("Hello").replace(b'"Hello"', b'"Hel\nlo"'),
        event("Hello")[:-1],
        b"[DONE]",
        b"",
    ],
)
def test_an_event_that_says_more_or_less_is_read_through(pattern, other):
    assert read(pattern, other) is None
    assert read_chunk(pattern, b"data: " + other + b"\n\n") is None


def test_a_chunk_that_is_one_event_is_read_at_once(pattern):
    assert read_chunk(pattern, b"data: " + event("again") + b"\n\n") == ChatDelta("again")
    assert read_chunk(Pattern(), b"data: " + event("again") + b"\n\n") is None


@pytest.mark.parametrize(
    "chunk",
    [
        b"data: %b\n\ndata: %b\n\n" % (event("one"), event("two")),
        b"data: %b\n\n: comment\n\ndata: %b\n\n" % (event("one"), event("two")),
        b"data: %b\n" % event("one"),
        b"data: %b\r\n\r\n" % event("one"),
        b"event: error\ndata: %b\n\n" % event("one"),
    ],
)
def test_a_chunk_that_is_more_or_less_than_one_event_is_cut_first(pattern, chunk):
    assert read_chunk(pattern, chunk) is None


def test_a_name_that_looks_like_content_is_not_taken_for_it():
    pattern, named = Pattern(), event("Hello").replace(b'"m"', b'"m","note":{"content":"x"}')
    swapped = named.replace(b'{"id"', b'{"first":{"content":"x"},"id"')
    pattern.learn(swapped)
    assert read(pattern, swapped.replace(b'"x"', b'"y"')) is None


def test_a_stream_whose_events_all_differ_is_soon_given_up():
    pattern = Pattern()
    for number in range(LESSONS):
        pattern.learn(event("Hello", obfuscation=str(number)))
    pattern.learn(event("Hello"))
    assert read(pattern, event("again")) is None
