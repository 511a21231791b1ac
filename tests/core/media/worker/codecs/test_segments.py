"""Segments of speech: where they begin and end, how they are cut, that no sound is lost or heard twice."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from core.media.worker.codecs.pcm import SECOND
from core.media.worker.codecs.segments import FRAME, Segmenter, SpeechSegment

LOUD, FAINT = 8_000, 200


def detector(audio: bytes) -> list[float]:
    """Speech is what is loud."""
    frames = [audio[at : at + FRAME] for at in range(0, len(audio), FRAME)]
    return [0.9 if max(map(abs, memoryview(frame).cast("h"))) > 1_000 else 0.05 for frame in frames]


def tone(seconds: float, level: int = LOUD) -> bytes:
    return level.to_bytes(2, "little", signed=True) * round(seconds * SECOND / 2)


def quiet(seconds: float) -> bytes:
    return bytes(round(seconds * SECOND / 2) * 2)


def segments(audio: bytes, chunk: int = 4_096) -> list[SpeechSegment]:
    segmenter = Segmenter(detector)
    found = [piece for at in range(0, len(audio), chunk) for piece in segmenter.feed(audio[at : at + chunk])]
    found += segmenter.end()
    assert segmenter.seconds == len(audio) / SECOND
    return found


@pytest.mark.parametrize("audio", [b"", bytes(2), quiet(40), tone(40, FAINT)])
def test_silence_has_no_segment(audio):
    assert segments(audio) == []


def test_click_is_no_speech():
    assert segments(quiet(3) + tone(0.03) + quiet(3)) == []


def test_segment_is_the_speech_and_a_little_silence_around_it():
    [found] = segments(quiet(5) + tone(3) + quiet(5))

    assert found.start == pytest.approx(4.6, abs=0.05)
    assert found.end == pytest.approx(8.4, abs=0.05)


def test_speech_at_both_ends_of_the_file_is_whole():
    [found] = segments(tone(1.23))

    assert (found.start, found.end) == (0.0, 1.23)
    assert found.audio == tone(1.23)


def test_long_pause_ends_a_segment_and_a_short_one_does_not():
    found = segments(tone(2) + quiet(1) + tone(2) + quiet(3) + tone(2))

    assert [round(piece.start, 1) for piece in found] == [0.0, 7.6]
    assert round(found[0].end, 1) == 5.4


def test_speech_that_does_not_end_is_cut_where_it_is_quietest():
    found = segments(tone(20) + quiet(0.5) + tone(20))

    assert [round(piece.end, 1) for piece in found] == [pytest.approx(20.25, abs=0.2), 40.5]


def test_pieces_of_unbroken_speech_make_up_the_whole():
    audio = b"".join(tone(0.05, level) for level in random.Random(1).choices(range(2_000, 9_000), k=2_000))
    found = segments(audio)

    assert b"".join(piece.audio for piece in found) == audio
    assert all(after.start == pytest.approx(before.end) for before, after in pairwise(found))
    assert all(piece.seconds <= 29 for piece in found)


def test_chunks_of_any_size_make_the_same_segments():
    audio = quiet(1) + tone(3) + quiet(4) + tone(31) + quiet(0.1)

    assert segments(audio, 2) == segments(audio, 1_000_000) == segments(audio, 4_098)


def test_what_is_held_is_bounded():
    segmenter = Segmenter(detector)
    held = []
    for _ in range(100):
        list(segmenter.feed(tone(1)))
        held.append(len(segmenter._held) + len(segmenter._buffered))

    assert max(held) <= 31 * SECOND


def test_a_segment_begins_with_its_speech():
    segmenter = Segmenter(detector)
    list(segmenter.feed(quiet(4)))
    assert not segmenter.speaking
    list(segmenter.feed(tone(2)))
    assert segmenter.speaking
    list(segmenter.feed(quiet(4)))
    assert not segmenter.speaking
