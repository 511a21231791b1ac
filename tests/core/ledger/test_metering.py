"""What a meter counts from events."""

from __future__ import annotations

import pytest

from core.contract.audio import AudioFormat
from core.contract.events import (
    AnswerMetadata,
    AudioChunk,
    AudioStart,
    ChatDelta,
    SpeechWord,
    SpeechWords,
    Used,
)
from core.contract.usage import Usage
from core.ledger.metering import Meter


def meter(format: AudioFormat, size: int) -> Meter:
    counted = Meter()
    counted.note(AudioStart(format, 24_000))
    counted.note(AudioChunk(b"\0" * size))
    return counted


def test_meter_counts_bytes_and_keeps_the_last_usage():
    counted = meter(AudioFormat.MP3, 10)
    counted.note(AudioChunk(b"12345"))
    usage = Usage()
    counted.note(Used(usage))
    assert (counted.audio_bytes, counted.delivered, counted.used) == (15, True, usage)


def test_meter_start_of_audio_alone_delivers_nothing():
    assert not meter(AudioFormat.MP3, 0).delivered


def test_meter_words_are_delivered():
    counted = Meter()
    counted.note(SpeechWords((SpeechWord("hello", 0.0, 0.5),)))
    assert counted.delivered


@pytest.mark.parametrize(("format", "size"), [(AudioFormat.PCM, 96_000), (AudioFormat.WAV, 96_044)])
def test_meter_knows_seconds_of_raw_audio(format, size):
    assert meter(format, size).exact_seconds() == 2


def test_meter_estimates_seconds_of_encoded_audio():
    assert meter(AudioFormat.OPUS, 6_000).encoded_seconds(AudioFormat.MP3) == 2
    assert Meter().encoded_seconds(AudioFormat.MP3) == 0


def test_meter_keeps_why_an_answer_ended_and_its_id():
    counted = Meter()
    for event in (
        AnswerMetadata("chatcmpl-1"),
        ChatDelta("Hi"),
        ChatDelta(finish="stop", extra={"native_finish_reason": "end_turn"}),
    ):
        counted.note(event)
    assert (counted.upstream_id, counted.finish, counted.native_finish) == ("chatcmpl-1", "stop", "end_turn")
