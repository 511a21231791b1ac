from __future__ import annotations

from core.media.worker.engines.espeak import END, WORD, Mark
from core.media.worker.engines.word_times import TimedWord, WordTimes, trim


def words(text: str, marks: list[tuple[int, int, int]], samples: int, origin: float = 0.0) -> list[TimedWord]:
    times = WordTimes(text, origin=origin, seconds_per_sample=0.001)
    found: list[TimedWord] = []
    for mark in marks:
        found += times.add([Mark(*mark)])
    return found + times.finish(samples)


def test_words_end_where_the_next_begins_or_the_clause_ends():
    marks = [(WORD, 0, 0), (WORD, 4, 300), (END, 8, 700), (WORD, 10, 750)]

    assert words("One two, three.", marks, 1200, origin=5.0) == [
        ("One", 5.0, 5.3),
        ("two", 5.3, 5.7),
        ("three", 5.75, 6.2),
    ]


def test_marks_inside_a_token_are_one_word():
    marks = [(WORD, 3, 0), (WORD, 4, 100), (WORD, 6, 200), (WORD, 10, 900)]

    assert words("It $1,250 is", marks, 1000) == [("$1,250", 0.0, 0.9), ("is", 0.9, 1.0)]


def test_words_the_engine_joins_stay_together():
    assert words("some of the jugs", [(WORD, 0, 0), (WORD, 5, 200), (WORD, 12, 300)], 500) == [
        ("some", 0.0, 0.2),
        ("of the", 0.2, 0.3),
        ("jugs", 0.3, 0.5),
    ]


def test_scripts_without_spaces_are_cut_where_the_engine_marks():
    assert words("你好，世界", [(WORD, 0, 0), (WORD, 3, 400), (WORD, 4, 600)], 900) == [
        ("你好", 0.0, 0.4),
        ("世", 0.4, 0.6),
        ("界", 0.6, 0.9),
    ]


def test_times_stay_inside_the_sound():
    assert words("a b", [(WORD, 0, 0), (WORD, 2, 90), (END, 3, 130)], 100) == [
        ("a", 0.0, 0.09),
        ("b", 0.09, 0.1),
    ]


def test_positions_outside_the_text_are_ignored():
    assert words("a", [(WORD, -1, 0), (WORD, 0, 0), (WORD, 9, 50)], 100) == [("a", 0.0, 0.1)]


def test_trim_keeps_punctuation_that_stands_alone():
    assert [trim(word) for word in (" (really)! ", "don't", "...", "$5 — ")] == [
        "really",
        "don't",
        "...",
        "$5",
    ]
