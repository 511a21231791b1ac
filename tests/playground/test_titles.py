"""Titles of conversations: the first words, as a person says them."""

from __future__ import annotations

import pytest

from playground.conversations.asking import titled
from playground.models import Upload
from playground.models.run import TITLE_LENGTH


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("## What it does\n\nIt **sends** one _question_", "What it does It sends one _question_"),
        ("> - Quoted `code` and ~~gone~~", "Quoted code and gone"),
        ("See [the page](https://example.org) and ![a cat](cat.png)", "See the page and a cat"),
        ("f(**kwargs) is 2 * 3 and __init__", "f(**kwargs) is 2 * 3 and __init__"),
        ("-1 is #1", "-1 is #1"),
        ("", "dot.png"),
    ],
)
def test_a_title_has_no_marks(text, title):
    assert titled(text, [Upload(name="dot.png")]) == title


def test_a_long_title_says_that_it_goes_on():
    title = titled("word " * 200, [])
    assert title.endswith("word…")
    assert len(title) <= TITLE_LENGTH
