from __future__ import annotations

import time

import pytest

from core.media.worker.engines.plain_text import plain, spelled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Bold**, *soft* and `code`.", "Bold, soft and code."),
        ("# Title\n\n- one\n- two", "Title\n\none\ntwo"),
        ("See [the page](https://example.com/a?b=c).", "See the page."),
        ("A <b>bold</b> &amp; plain", "A bold & plain"),
        ("https://www.example.com/x", "example.com/x"),
        ("2 * 3 is snake_case", "2 * 3 is snake_case"),
        ("broken in\nthe middle.\nNew line", "broken in the middle.\nNew line"),
        ("𝗛𝗲𝗹𝗹𝗼 ﬁne", "Hello fine"),
        ("π is small", " pi is small"),
        ("caf\u00e9 M\u00fcller", "caf\u00e9 M\u00fcller"),
        ("the word 你好 is", "the word is"),
        ("say [hibari](/hɪ/)", "say hibari"),
        ("yes 😀👍🏽 no", "yes no"),
        ("[sure]", "(sure)"),
    ],
)
def test_only_what_is_said_stays(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version 2.10.3.", "version 2 point 10 point 3."),
        ("3.14 stays", "3.14 stays"),
        ("example.com", "example dot com"),
        ("No. 7", "number 7"),
        ("No. Never.", "No. Never."),
        ("card 1234567890123456.", "card 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6."),
        ("123456789012345", "123456789012345"),
    ],
)
def test_some_things_are_spelled_out(text, expected):
    assert spelled(text) == expected


@pytest.mark.parametrize("part", ["*_~`", "[(", "<a", "-", "```", "&#", "a.b", "1.", "| ", "![x]("])
def test_marks_without_end_take_no_time(part):
    began = time.perf_counter()
    spelled(plain(part * (20_000 // len(part)) + "x"))

    assert time.perf_counter() - began < 2
