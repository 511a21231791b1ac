from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.media.worker.engines.text_fragments import WIDE, speakable, split


def pieces(text: str, **bounds: int) -> list[str]:
    return [piece for _, piece in split(text, **bounds)]


@given(st.text(max_size=2000), st.integers(1, 60), st.integers(60, 200))
def test_fragments_join_to_the_text_and_stay_light(text, least, most):
    found = list(split(text, least=least, most=most))

    assert "".join(piece for _, piece in found) == text
    assert [offset for offset, _ in found] == [sum(len(p) for _, p in found[:n]) for n in range(len(found))]
    assert all(sum(4 if ord(c) >= WIDE else 1 for c in piece) <= most for _, piece in found)


def test_first_fragment_is_the_first_sentence():
    assert pieces("Short one. Then another one. And a third.", least=100) == [
        "Short one.",
        " Then another one. And a third.",
    ]


def test_numbers_and_abbreviations_are_not_cut():
    assert pieces("Pi is 3.14 e.g. here, see v1.2.3 now. Next.", least=1) == [
        "Pi is 3.14 e.g. here, see v1.2.3 now.",
        " Next.",
    ]


def test_closing_quote_belongs_to_its_sentence():
    assert pieces('He said "no!" She left.', least=1) == ['He said "no!"', " She left."]
    assert pieces("他说“不。”她走了。", least=1) == ["他说“不。”", "她走了。"]


def test_long_sentence_is_cut_at_a_pause_then_at_a_space():
    assert pieces("one two three, four five six seven", most=20) == ["one two three,", " four five six seven"]
    assert pieces("one two three four five six", most=20) == ["one two three four ", "five six"]


def test_wide_characters_weigh_more():
    assert [len(piece) for piece in pieces("字" * 60, least=10, most=100)] == [25, 25, 10]


def test_endless_word_is_cut_where_the_engine_is_safe():
    assert [len(piece) for piece in pieces("word " + "x" * 70)] == [5 + 40, 30]


def test_controls_become_spaces_of_the_same_length():
    text = "a\x00b\x01P80\ud800c\ue000d\n\te"

    assert speakable(text) == "a b P80 c d\n\te"
    assert len(speakable(text)) == len(text)
