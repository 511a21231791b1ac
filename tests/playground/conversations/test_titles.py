"""Titles of conversations and of their copies."""

from __future__ import annotations

import pytest

from playground.conversations.titles import numbered_title as numbered_title
from playground.conversations.titles import title_of
from playground.models import Conversation, Upload
from playground.models.run import TITLE_LENGTH

LONG = "x" * (TITLE_LENGTH - 7) + "…"


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
    assert title_of(text, [Upload(name="dot.png")]) == title


def test_a_long_title_says_that_it_goes_on():
    title = title_of("word " * 200, [])
    assert title.endswith("word…")
    assert len(title) <= TITLE_LENGTH


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "others", "numbered"),
    [
        ("Look", (), "Look (2)"),
        ("Look (2)", ("Look", "Look (5)", "Look at me (9)"), "Look (6)"),
        ("Look (2) here", (), "Look (2) here (2)"),
        ("Look", ("look (9)", "Look (٣)"), "Look (2)"),
        ("Budget (2024)", (), "Budget (2024) (2)"),
        ("f(x) (1)", (), "f(x) (1) (2)"),
        (r"50% _x\\", (r"50% _x\\ (3)", r"50z ax\\ (7)"), r"50% _x\\ (4)"),
        ("x" * TITLE_LENGTH, (f"{LONG} (2)",), f"{LONG} (3)"),
        (f"{LONG} (2)", (), f"{LONG} (2)"),
    ],
)
def test_a_copy_has_the_next_number(alice, bob, title, others, numbered):
    for other in others:
        Conversation.objects.create(user=alice, title=other, model="m/x")
    Conversation.objects.create(user=bob, title=numbered.replace("(", "(7"), model="m/x")
    assert numbered_title(Conversation(user=alice, title=title)) == numbered
