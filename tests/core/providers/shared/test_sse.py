from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.shared.sse import EventTooLarge, ServerEvent, Splitter

TEXT = st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)))
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def split(*chunks: bytes, cap: int = 1 << 20) -> list[ServerEvent]:
    splitter = Splitter(cap)
    return [event for chunk in chunks for event in splitter.feed(chunk)]


def ones(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: one\n\ndata: two\n\n", [ServerEvent(b"one"), ServerEvent(b"two")]),
        (b"data: one\r\n\r\n", [ServerEvent(b"one")]),
        (b"data: one\r\r", [ServerEvent(b"one")]),
        (b"data:tight\n\n", [ServerEvent(b"tight")]),
        (b"data:  two spaces\n\n", [ServerEvent(b" two spaces")]),
        (b"data: a\ndata: b\n\n", [ServerEvent(b"a\nb")]),
        (b"event: error\ndata: x\n\n", [ServerEvent(b"x", "error")]),
        (b"event: lonely\n\ndata: x\n\n", [ServerEvent(b"x")]),
        (b": OPENROUTER PROCESSING\n\ndata: x\n\n", [ServerEvent(b"x")]),
        (b"id: 7\nretry: 10\ndata: x\n\n", [ServerEvent(b"x")]),
        (b"data\n\n", [ServerEvent(b"")]),
        (b"\xef\xbb\xbfdata: x\n\n", [ServerEvent(b"x")]),
        (b"data: unfinished\n", []),
        (b"\n\n\n", []),
        (b"", []),
    ],
)
def test_split_is_the_same_whole_and_byte_by_byte(body, expected):
    assert split(body) == expected
    assert split(*ones(body)) == expected


def test_split_keeps_a_character_cut_in_two():
    body = "data: звук\n\n".encode()
    assert split(body[:7], body[7:]) == [ServerEvent("звук".encode())]


@given(
    st.lists(st.tuples(st.lists(TEXT, min_size=1, max_size=3), TEXT), max_size=5),
    ENDS,
    st.lists(st.integers(0, 400), max_size=8),
)
def test_split_returns_what_was_written_however_it_was_cut(written, end, cuts):
    body = "".join(
        f":{end}event: {name}{end}" + "".join(f"data: {line}{end}" for line in lines) + end
        for lines, name in written
    ).encode()
    places = sorted({0, len(body), *(min(cut, len(body)) for cut in cuts)})
    chunks = [body[a:b] for a, b in pairwise(places)]
    assert split(*chunks) == [ServerEvent("\n".join(lines).encode(), name) for lines, name in written]


@given(st.binary(max_size=300), st.integers(1, 300))
def test_split_survives_any_bytes_and_any_cut(body, cut):
    assert split(body[:cut], body[cut:]) == split(body)


@pytest.mark.parametrize("body", [b"data: " + b"x" * 100, b"x" * 101, b"data: x\n" * 20, b":" + b"x" * 101])
def test_an_event_over_the_cap_is_refused_before_it_ends(body):
    with pytest.raises(EventTooLarge):
        split(body, cap=100)


def test_many_comments_never_add_up_to_the_cap():
    assert split(*([b": keep-alive\n"] * 100), b"data: x\n\n", cap=50) == [ServerEvent(b"x")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: [DONE]", [ServerEvent(b"[DONE]")]),
        (b"data: a\ndata: b\n", [ServerEvent(b"a\nb")]),
        (b"data: a\n\n: bye", []),
        (b"event: lonely\n", []),
    ],
)
def test_an_event_at_the_end_needs_no_empty_line(body, expected):
    splitter = Splitter()
    list(splitter.feed(body))
    assert list(splitter.end()) == expected


def test_a_field_named_error_is_an_error():
    assert split(b'error: {"code":500}\n\n') == [ServerEvent(b'{"code":500}', "error")]
