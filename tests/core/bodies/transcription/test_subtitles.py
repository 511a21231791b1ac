"""Cues of subtitles: short, at the times of the words, with no invented times."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bodies.transcription.subtitles import (
    MOST_CHARACTERS,
    MOST_SECONDS,
    Cue,
    cues,
    srt,
    timestamp,
    unspaced,
)
from core.bodies.transcription.timed_text import timed_pieces
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


CHINESE = "今天天气很好，我们去公园。那里有很多花，「真漂亮」！"
JAPANESE = "こんにちは、世界。「日本語」は空白がない！そうですよね？"
THAI = "สวัสดีครับ วันนี้อากาศดีมาก เราไปสวนสาธารณะกันไหม"
KOREAN = "안녕하세요, 오늘 날씨가 좋네요. 공원에 갈까요?"


def spoken(text: str, size: int, end: float) -> list[TranscriptWord]:
    """`size` letters a word, without punctuation, evenly spread."""
    letters = [letter for letter in text if letter.isalnum() or unicodedata.category(letter)[0] == "M"]
    parts = ["".join(letters[at : at + size]) for at in range(0, len(letters), size)]
    step = end / len(parts)
    return [TranscriptWord(part, at * step, (at + 1) * step) for at, part in enumerate(parts)]


@pytest.mark.parametrize("text", [CHINESE, JAPANESE, THAI, KOREAN])
@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("segmented", [True, False])
def test_cues_without_spaces_keep_every_character(text, size, segmented):
    segments = [Segment(0, 0.0, 20.0, text)] if segmented else []
    made = cues(segments, spoken(text, size, 20.0), text)
    assert len(made) > 2
    assert unspaced("".join(cue.text for cue in made)) == unspaced(text)
    assert all(cue.text[0] not in "，。、！？,." and cue.text[-1] not in "「" for cue in made)


def test_a_chinese_segment_of_nine_seconds_keeps_its_punctuation():
    text = "今天天气很好，我们去公园。"
    made = cues([Segment(0, 0.0, 9.0, text)], spoken(text, 2, 9.0), text)
    assert [cue.text for cue in made] == ["今天天气很好，我们", "去公园。"]


def test_a_segment_of_twenty_seconds_is_several_cues():
    text = "one two three four five six seven eight nine ten"
    made = cues([Segment(0, 0.0, 20.0, text)], words_of(text, step=2.0), text)
    assert [cue.text for cue in made] == ["one two three", "four five six", "seven eight nine", "ten"]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("In 2014 (the year), we moved.", "In twenty fourteen the year we moved"),
        ("It’s “café” time – at last!", "its cafe time at last"),
        ("Well, it costs $1,250.00 — really.", "well it costs 1250 dollars really"),
        ("¿Qué tal? ¡Muy bien!", "que tal muy bien"),
        ("Straße und İstanbul", "STRASSE und istanbul"),
        ("♪ la la la ♪ 👍🏽", "la la la"),
        ("don't can't won't", "do n't ca n't wo n't"),
        ("nothing of this was heard", "quite other words"),
    ],
)
@pytest.mark.parametrize("segmented", [True, False])
def test_cues_are_the_text_however_the_words_are_spelled(text, heard, segmented):
    words = words_of(heard, step=3.0)
    segments = [Segment(0, 0.0, words[-1].end, text)] if segmented else []
    made = cues(segments, words, text)
    assert " ".join(cue.text for cue in made) == text
    assert (len(made) > 1) is ("other" not in heard)


def test_text_that_the_segments_leave_out_is_in_the_cues():
    segments = [Segment(0, 0.0, 2.0, "one"), Segment(1, 4.0, 6.0, "three")]
    made = cues(segments, (), "One, two. Three!")
    assert made == (Cue(0.0, 2.0, "One, two."), Cue(4.0, 6.0, "Three!"))


def test_segments_of_another_text_stay_as_they_are():
    segments = [Segment(0, 0.0, 2.0, "eins"), Segment(1, 4.0, 6.0, "two")]
    assert [cue.text for cue in cues(segments, (), "one two")] == ["eins", "two"]


def test_segments_without_letters_are_kept():
    assert [cue.text for cue in cues([Segment(0, 0.0, 2.0, "♪")], (), "♪ ♪")] == ["♪"]


def test_overlapping_words_make_no_overlapping_cues():
    words = [TranscriptWord("one", 0.0, 6.5), TranscriptWord("two", 6.0, 9.0)]
    assert cues((), words, "one, two") == (Cue(0.0, 6.0, "one,"), Cue(6.0, 9.0, "two"))


def test_speakers_of_words_divide_a_segment_without_one():
    words = [*words_of("one two", speaker="A"), *words_of("three", 1.0, speaker="B")]
    made = cues([Segment(0, 0.0, 1.5, "One two. Three.")], words)
    assert made == (Cue(0.0, 1.0, "One two.", "A"), Cue(1.0, 1.5, "Three.", "B"))


@given(st.text(max_size=120), st.lists(st.text(min_size=1, max_size=8), max_size=30))
def test_pieces_joined_are_the_text(text, spelled):
    pieces = timed_pieces(text, words_of(" ".join(spelled)), 0.0, 10.0)
    assert not pieces or "".join(piece.text for piece in pieces) == text


def test_times_past_the_hour():
    assert timestamp(3725.0496, ",") == "01:02:05,050"
    assert timestamp(59.9996, ".") == "00:01:00.000"


def test_no_blank_line_ends_a_cue_early():
    assert srt([Cue(0, 1, "a")]).count("\n\n") == 0
