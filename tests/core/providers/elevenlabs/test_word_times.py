from __future__ import annotations

import pytest

from core.contract.events import SpeechWord
from core.providers.elevenlabs.speech.word_times import WordTimes


def alignment(text: str, start: float = 0.0, step: float = 0.1) -> dict[str, list]:
    starts = [round(start + at * step, 3) for at in range(len(text))]
    return {
        "characters": list(text),
        "character_start_times_seconds": starts,
        "character_end_times_seconds": [round(each + step, 3) for each in starts],
    }


def words(*alignments) -> list[SpeechWord]:
    times = WordTimes()
    found = [*(times.add(each) for each in alignments), times.end()]
    return [word for each in found if each for word in each.words]


def test_a_word_may_go_over_from_one_chunk_to_the_next():
    assert words(alignment("Hel"), alignment("lo you", 0.3)) == [
        SpeechWord("Hello", 0.0, 0.5),
        SpeechWord("you", 0.6, 0.9),
    ]


def test_times_that_begin_again_follow_those_before():
    assert words(alignment("One "), alignment("two")) == [
        SpeechWord("One", 0.0, 0.3),
        SpeechWord("two", 0.3, 0.6),
    ]


def test_a_script_without_spaces_has_a_word_for_each_character():
    assert words(alignment("你好,世")) == [
        SpeechWord("你", 0.0, 0.1),
        SpeechWord("好,", 0.1, 0.3),
        SpeechWord("世", 0.3, 0.4),
    ]


@pytest.mark.parametrize(
    "odd",
    [None, 7, {}, {"characters": "ab"}, {**alignment("a"), "character_end_times_seconds": [None]},
     {**alignment("a"), "character_start_times_seconds": ["0"]}, {**alignment("a"), "characters": [7]}],
)  # fmt: skip
def test_an_alignment_that_is_none_has_no_words(odd):
    assert words(odd) == []
