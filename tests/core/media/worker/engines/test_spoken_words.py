from __future__ import annotations

from core.media.worker.engines.spoken_words import timed_words


def test_words_keep_their_spelling_and_order():
    spoken = [("Doctor", 0.0, 0.4), ("Smith", 0.4, 0.8), ("paid", 0.9, 1.0), ("$", 1.0, 1.0), ("5", 1.0, 1.5)]

    assert timed_words("Dr. Smith paid $5!", spoken) == [
        ("Dr", 0.0, 0.4),
        ("Smith", 0.4, 0.8),
        ("paid", 0.9, 1.0),
        ("$5", 1.0, 1.5),
    ]


def test_words_spoken_as_fewer_share_their_time_by_length():
    assert timed_words("Say 10 km/h now", [("Say", 0, 1), ("tenkilometers", 1, 2), ("now", 2, 3)]) == [
        ("Say", 0, 1),
        ("10", 1, 1.333),
        ("km/h", 1.333, 2.0),
        ("now", 2, 3),
    ]


def test_what_was_not_spoken_has_no_time():
    assert timed_words("— 你 yes", [("yes", 0.0, 0.5)]) == [("yes", 0.0, 0.5)]
    assert timed_words("Hello", []) == []
