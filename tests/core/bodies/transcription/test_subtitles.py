"""Cues of subtitles: short, at the times of the words, with no invented times."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.bodies.transcription.subtitles import (
    MOST_CHARACTERS,
    MOST_SECONDS,
    Cue,
    cues,
    join_words,
    srt,
    timestamp,
)
from core.contract.events import Segment, TranscriptWord


def words_of(
    text: str, start: float = 0.0, step: float = 0.5, speaker: str | None = None
) -> list[TranscriptWord]:
    return [
        TranscriptWord(word, start + at * step, start + (at + 1) * step, None, speaker)
        for at, word in enumerate(text.split())
    ]


def test_a_pause_ends_a_cue():
    words = [*words_of("one two"), *words_of("three", 1.71)]
    assert cues((), words) == (Cue(0.0, 1.0, "one two"), Cue(1.71, 2.21, "three"))


def test_a_shorter_pause_does_not():
    assert cues((), [*words_of("one two"), *words_of("three", 1.7)]) == (Cue(0.0, 2.2, "one two three"),)


def test_another_speaker_ends_a_cue():
    words = [*words_of("one", speaker="A"), *words_of("two", 0.5, speaker="B")]
    assert [(cue.text, cue.speaker) for cue in cues((), words)] == [("one", "A"), ("two", "B")]


@given(
    st.lists(
        st.tuples(
            st.text("abcdé1", min_size=1, max_size=30),
            st.floats(0, 3),
            st.floats(0, 2),
        ),
        max_size=60,
    )
)
def test_cues_of_words_keep_every_word_and_every_limit(found):
    words, at = [], 0.0
    for text, pause, length in found:
        words.append(TranscriptWord(text, at + pause, at + pause + length))
        at += pause + length
    made = cues((), words)
    assert [word for cue in made for word in cue.text.split()] == [word.word for word in words]
    for cue in made:
        assert len(cue.text) <= MOST_CHARACTERS or " " not in cue.text
        assert cue.end - cue.start <= MOST_SECONDS + 1e-6
    assert all(before.end <= after.start for before, after in pairwise(made))


def test_a_short_segment_is_a_cue_as_it_is():
    segment = Segment(0, 1.0, 3.0, " Hello\n there. ")
    assert cues([segment], words_of("Hello there", 1.0)) == (Cue(1.0, 3.0, "Hello there."),)


def test_a_long_segment_is_cut_at_its_words_and_keeps_its_commas():
    text = "First of all, this goes on, and on, and on, until nobody knows, how it began; really, nobody."
    words = words_of(text.translate(str.maketrans("", "", ",;.")))
    segment = Segment(0, 0.0, words[-1].end, text, "A")
    made = cues([segment], words)
    assert " ".join(cue.text for cue in made) == text
    assert [cue.speaker for cue in made] == ["A", "A"]
    assert made[0].end == made[1].start == 7.0


def test_a_long_segment_without_words_stays_whole():
    segment = Segment(0, 0.0, 30.0, "word " * 40)
    assert cues([segment], ()) == (Cue(0.0, 30.0, ("word " * 40).strip()),)


def test_words_that_do_not_match_the_segment_are_ignored():
    segment = Segment(0, 0.0, 10.0, "quite another text that goes on for some time")
    assert cues([segment], words_of("three words only")) == (Cue(0.0, 10.0, segment.text),)


def test_text_and_length_alone_are_one_cue():
    assert cues((), (), "All of it.", 12.5) == (Cue(0.0, 12.5, "All of it."),)


def test_text_alone_is_no_cue():
    assert cues((), (), "All of it.", None) == ()


def test_chinese_words_stand_together():
    words = [TranscriptWord(text, at, at + 1) for at, text in enumerate(["你好", "世界", "OK", "吗"])]
    assert join_words(words) == "你好世界 OK 吗"


def test_times_past_the_hour():
    assert timestamp(3725.0496, ",") == "01:02:05,050"
    assert timestamp(59.9996, ".") == "00:01:00.000"


def test_no_blank_line_ends_a_cue_early():
    assert srt([Cue(0, 1, "a")]).count("\n\n") == 0
