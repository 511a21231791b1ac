"""Text prepared for speech."""

from __future__ import annotations

import pytest

from core.contract.errors import InvalidRequest
from playground.requests.speech_text import speakable


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Plain words.\nA second line.", "Plain words.\nA second line."),
        ("# Hello **big** _world_", "Hello big world"),
        ("See [the docs](https://example.org/a?b=1).", "See the docs."),
        ("Look at https://example.org/a_(b)?c=1. Then go on.", "Look at. Then go on."),
        ("Go to (https://example.org) or www.example.org!", "Go to or!"),
        ("Run `make run`, never `rm -rf /tmp/*`.", "Run make run, never."),
        ("Before\n\n```python\nprint('no')\n```\n\nAfter", "Before\n\nAfter"),
        ("~~~\nno\n~~~\nyes", "yes"),
        ("1. One\n2. Two\n\n- three", "1. One\n\n2. Two\n\nthree"),
        ("> quoted ~~gone~~ words", "quoted gone words"),
        ("| A | B |\n|---|---|\n| 1 | 2 |", "A, B\n\n1, 2"),
        ("![a cat](cat.png) sits", "a cat sits"),
        ("<p>Hi <b>there</b></p><script>no()</script>", "Hi there"),
        (
            "Less < more &amp; more > less, 2 * 3 * 4, snake_case",
            "Less < more & more > less, 2 * 3 * 4, snake_case",
        ),
        ("    an indented verse\n    is no code", "an indented verse\nis no code"),
        (
            "# Привет, *мир*!\n\nСм. https://ru.wikipedia.org/wiki/Москва, там всё.",
            "Привет, мир!\n\nСм., там всё.",
        ),
        ("«Слово» — `код()` — дело", "«Слово» — — дело"),
        ("## 你好，**世界**", "你好，世界"),
        ("请访问https://example.com/a了解更多。", "请访问了解更多。"),
        ("见（https://example.cn）。\n- 第一\n- 第二", "见。\n\n第一\n\n第二"),
        ("Mail me: a.b@example.org", "Mail me: a.b@example.org"),
    ],
)
def test_marks_code_and_urls_are_left_out(written, spoken):
    assert speakable(written) == spoken


@pytest.mark.parametrize(
    "written", ["https://example.org", "```\ncode\n```", "***", "<br>", "---", "![](a.png)"]
)
def test_nothing_left_is_an_error(written):
    with pytest.raises(InvalidRequest) as refused:
        speakable(written)
    assert (refused.value.param, refused.value.provider_code) == ("input", "nothing_to_speak")


def test_hostile_text_takes_no_time():
    assert speakable("(" * 20_000 + "a")
    assert speakable("<" * 20_000 + "a")
    assert speakable("*a " * 5_000)
