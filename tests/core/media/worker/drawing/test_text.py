"""Typesetting: what fits, where lines break, which characters have a font."""

from __future__ import annotations

import pytest

from core.media.worker.drawing import fonts
from core.media.worker.drawing.fonts import ITALIC, SANS, SERIF, drawable, runs
from core.media.worker.drawing.pictures.card import parts
from core.media.worker.drawing.text import Type, evenness, set_block, split

STYLE = Type(SERIF, 600)


def test_text_is_as_large_as_its_box_allows():
    block = set_block("A lighthouse at dusk, in watercolour", STYLE, (800, 500), (20, 150))

    assert block.lines == ("A lighthouse", "at dusk, in", "watercolour")
    assert 90 < block.size <= 150
    assert (block.width <= 800, block.height <= 500, block.cut) == (True, True, 0)


def test_lines_are_of_even_length():
    text = "The quick brown fox jumps over the lazy dog and runs away into the deep dark wood"
    block = set_block(text, STYLE, (900, 600), (20, 60))

    assert " ".join(block.lines) == text
    assert evenness(block) > 0.6


def test_text_that_is_too_long_is_cut_with_an_ellipsis_and_counted():
    block = set_block("word " * 400, STYLE, (300, 200), (20, 60))

    assert block.lines[-1].endswith("…")
    assert block.cut > 500
    assert block.height <= 200


def test_word_wider_than_the_box_is_broken():
    block = set_block("x" * 300, STYLE, (200, 2000), (20, 60))

    assert "".join(block.lines) == "x" * 300
    assert block.width <= 200


def test_ideographs_break_anywhere_but_before_a_full_stop():
    assert split("你好,世界。") == ["你", "好,", "世", "界。"]
    assert split("two words\nthree") == ["two", " ", "words", "\n", "three"]


@pytest.mark.parametrize("family", [SANS, SERIF, ITALIC])
@pytest.mark.parametrize("text", ["Hello", "Привет, мир", "你好,世界", "こんにちは", "안녕하세요", "Ελλάδα"])
def test_scripts_of_the_extra_are_drawn(family, text):
    assert drawable(family, text) == (text, "")


def test_character_without_a_font_is_left_out_and_named():
    assert drawable(SANS, "a\U00013000b\U00013000") == ("ab", "\U00013000")


def test_text_of_one_script_has_one_face_and_marks_stay_with_it():
    assert [part for _, part in runs(SERIF, "Hello, world")] == ["Hello, world"]
    assert [part for _, part in runs(SERIF, "Hi 你好。Bye")] == ["Hi ", "你好。", "Bye"]


def test_without_fonts_there_are_still_the_letters_of_english(monkeypatch):
    monkeypatch.setattr(fonts, "packaged", lambda family: None)
    monkeypatch.setattr(fonts, "installed", lambda package, name: None)
    monkeypatch.setattr(fonts, "system_faces", lambda family: ())
    fonts._matching.cache_clear()
    try:
        assert drawable(SANS, "Hello, мир 你") == ("Hello,  ", "мир你")
        block = set_block("Hello", Type(SANS), (400, 200), (10, 90))
        assert block.lines == ("Hello",)
    finally:
        fonts._matching.cache_clear()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One line", ("One line", "", "")),
        ("Title\nand the rest of a longer text", ("Title", "and the rest of a longer text", "")),
        ("Ship it. Then make it better every day.", ("Ship it.", "Then make it better every day.", "")),
        (
            "The only way out is through. — Robert Frost",
            ("The only way out is through.", "", "— Robert Frost"),
        ),
        ("Вечер над рекой — тихо", ("Вечер над рекой — тихо", "", "")),
    ],
)
def test_card_has_a_headline_a_text_and_a_byline(text, found):
    assert parts(text) == found
