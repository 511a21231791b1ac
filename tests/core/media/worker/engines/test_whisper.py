"""What is made of the model's output: times, languages, temperatures."""

from __future__ import annotations

import json
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from core.media.worker.codecs.pcm import SECOND
from core.media.worker.codecs.segments import SpeechSegment
from core.media.worker.engines.whisper import LanguageVote, passage_of, temperatures

numpy = pytest.importorskip("numpy")

SEGMENT = SpeechSegment(60.0, bytes(10 * SECOND))


def piece(start: float, end: float, *words: tuple[str, float, float]) -> Any:
    """As faster-whisper makes them: numbers are numpy's."""
    return SimpleNamespace(
        start=numpy.float64(start),
        end=numpy.float64(end),
        text=" Hello there.",
        seek=0,
        tokens=[1, 2],
        temperature=0.2,
        avg_logprob=numpy.float64(-0.123456),
        compression_ratio=1.2,
        no_speech_prob=numpy.float32(0.5),
        words=[
            SimpleNamespace(
                word=f" {word}",
                start=numpy.float64(begin),
                end=numpy.float64(finish),
                probability=numpy.float64(0.98765),
            )
            for word, begin, finish in words
        ],
    )


def test_times_are_those_of_the_file():
    found = passage_of(piece(1.0, 3.5, ("Hello", 1.0, 1.5), ("there.", 1.6, 3.5)), SEGMENT, 60.0)

    assert (found.start, found.end, found.text) == (61.0, 63.5, " Hello there.")
    assert [(word.word, word.start, word.end, word.probability) for word in found.words] == [
        ("Hello", 61.0, 61.5, 0.988),
        ("there.", 61.6, 63.5, 0.988),
    ]
    assert found.measures == {
        "seek": 6000,
        "tokens": [1, 2],
        "temperature": 0.2,
        "avg_logprob": -0.1235,
        "compression_ratio": 1.2,
        "no_speech_prob": 0.5,
    }


def test_times_do_not_leave_the_segment_nor_go_back():
    found = passage_of(piece(0.5, 29.9, ("Hello", 0.5, 4.0), ("there.", 3.0, 31.0)), SEGMENT, 62.0)

    assert (found.start, found.end) == (62.0, 70.0)
    assert [(word.start, word.end) for word in found.words] == [(62.0, 64.0), (64.0, 70.0)]


def test_passage_is_plain_json():
    found = passage_of(piece(1.0, 3.5, ("Hello", 1.0, 1.5)), SEGMENT, 60.0)

    assert json.loads(json.dumps(asdict(found)))["words"][0]["probability"] == 0.988


@pytest.mark.parametrize(
    ("first", "expected"), [(0.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]), (0.7, [0.7, 0.9]), (1.0, [1.0])]
)
def test_warmer_tries_follow_the_temperature_that_was_asked_for(first, expected):
    assert temperatures(first) == expected


def test_language_that_is_known_is_not_voted_on():
    vote = LanguageVote("de")
    vote.add("en", 0.99, 10.0)

    assert (vote.known, vote.found) == ("de", "de")


def test_first_sure_segment_settles_the_language():
    vote = LanguageVote(None)
    assert vote.found is None
    vote.add("nn", 0.4, 1.0)
    assert (vote.known, vote.found) == (None, "nn")
    vote.add("de", 0.9, 20.0)
    vote.add("nn", 1.0, 100.0)

    assert (vote.known, vote.found) == ("de", "de")


def test_unsure_segments_count_by_their_length():
    vote = LanguageVote(None)
    for code, seconds in (("fr", 10.0), ("pl", 3.0), ("pl", 3.0)):
        vote.add(code, 0.5, seconds)

    assert (vote.known, vote.found) == (None, "fr")
