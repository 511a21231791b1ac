"""What is counted from events, what is guessed, what bounds the guess."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contract.audio import AudioFormat
from core.contract.events import AudioChunk, AudioStart, SpeechWord, SpeechWords, Used
from core.contract.route import Route
from core.contract.speech import SpeechRequest
from core.contract.usage import Kind, Price, Unit, Usage
from core.ledger import metering
from core.ledger.record import estimate
from tests.core.ledger.conftest import PER_CHARACTER, TEXT, target

TOKENS = (
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.0000006")),
    Price(Kind.AUDIO_OUT, Unit.TOKEN, Decimal("0.000012")),
)
REQUEST = SpeechRequest("author/voice", TEXT)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def meter(format: AudioFormat, size: int) -> metering.Meter:
    counted = metering.Meter()
    counted.note(AudioStart(format, 24_000))
    counted.note(AudioChunk(b"\0" * size))
    return counted


def test_meter_counts_bytes_and_keeps_the_last_usage():
    counted = meter(AudioFormat.MP3, 10)
    counted.note(AudioChunk(b"12345"))
    usage = Usage()
    counted.note(Used(usage))
    assert (counted.size, counted.delivered, counted.used) == (15, True, usage)


def test_meter_start_of_sound_alone_delivers_nothing():
    assert not meter(AudioFormat.MP3, 0).delivered


def test_meter_words_are_delivered():
    counted = metering.Meter()
    counted.note(SpeechWords((SpeechWord("hello", 0.0, 0.5),)))
    assert counted.delivered


@pytest.mark.parametrize(("format", "size"), [(AudioFormat.PCM, 96_000), (AudioFormat.WAV, 96_044)])
def test_meter_knows_seconds_of_raw_sound(format, size):
    assert meter(format, size).exact_seconds() == 2


def test_complete_counts_characters_exactly():
    usage = metering.complete(None, meter(AudioFormat.MP3, 9), REQUEST, target(PER_CHARACTER))
    assert usage.units() == {"text_in.character": Decimal(10), "audio_out.byte": Decimal(9)}
    assert usage.estimated


def test_complete_guesses_tokens_from_sound():
    priced = target(*TOKENS, options={"audio_tokens_per_second": 20})
    usage = metering.complete(None, meter(AudioFormat.PCM, 96_000), REQUEST, priced)
    assert usage.units() == {
        "text_in.character": Decimal(10),
        "audio_out.byte": Decimal(96_000),
        "audio_out.second": Decimal(2),
        "text_in.token": Decimal(4),
        "audio_out.token": Decimal(40),
    }


def test_complete_marks_a_guess_beside_what_was_told():
    told = metering.complete(Usage(), meter(AudioFormat.MP3, 10), REQUEST, target(PER_CHARACTER))
    assert not told.estimated
    guessed = metering.complete(Usage(), meter(AudioFormat.MP3, 10), REQUEST, target(*TOKENS))
    assert guessed.estimated


def test_complete_guesses_nothing_when_the_cost_was_reported():
    reported = Usage(reported_cost=Decimal("0.5"))
    usage = metering.complete(reported, meter(AudioFormat.MP3, 10), REQUEST, target(*TOKENS))
    assert not usage.estimated


def test_estimate_is_the_dearest_target():
    cheap, dear = target(PER_CHARACTER), target(Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.02")))
    assert estimate(REQUEST, Route("author/voice", (cheap, dear)), NOW) == Decimal("0.2")


def test_estimate_is_unknown_when_a_target_has_no_price():
    assert estimate(REQUEST, Route("author/voice", (target(PER_CHARACTER), target())), NOW) is None


@given(
    st.text(min_size=1, max_size=300),
    st.sampled_from(AudioFormat),
    st.floats(0.25, 4.0),
)
def test_estimate_bounds_what_a_voice_says(text, format, speed):
    request = SpeechRequest("author/voice", text, format=format, speed=speed)
    priced = target(*TOKENS)
    most = estimate(request, Route("author/voice", (priced,)), NOW)
    # twelve letters, or four ideographs, a second: slow speech
    seconds = sum(1 if ord(character) < 0x2E80 else 3 for character in text) / 12 / speed
    used = metering.complete(None, meter(AudioFormat.PCM, int(seconds * 48_000)), request, priced)
    owed = sum(price.usd_per_unit * used.units()[price.name] for price in TOKENS)
    assert owed <= most
