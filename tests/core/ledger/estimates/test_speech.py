"""Characters, seconds and tokens of speech: what is counted, what is guessed, what bounds the guess."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contract.audio import AudioFormat
from core.contract.route import Route
from core.contract.speech import SpeechRequest
from core.contract.usage import Kind, Price, Unit
from core.ledger import bill
from core.ledger.estimates import speech
from core.ledger.estimates.tasks import estimate
from tests.core.ledger.conftest import PER_CHARACTER, TEXT, target
from tests.core.ledger.test_metering import meter

TOKENS = (
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.0000006")),
    Price(Kind.AUDIO_OUT, Unit.TOKEN, Decimal("0.000012")),
)
REQUEST = SpeechRequest("author/voice", TEXT)


def test_complete_counts_characters_exactly():
    usage = bill.complete(None, meter(AudioFormat.MP3, 9), REQUEST, target(PER_CHARACTER))
    assert usage.units() == {"text_in.character": Decimal(10), "audio_out.byte": Decimal(9)}
    assert usage.estimated


def test_complete_guesses_tokens_from_audio():
    priced = target(*TOKENS, options={"audio_tokens_per_second": 20})
    usage = bill.complete(None, meter(AudioFormat.PCM, 96_000), REQUEST, priced)
    assert usage.units() == {
        "text_in.character": Decimal(10),
        "audio_out.byte": Decimal(96_000),
        "audio_out.second": Decimal(2),
        "text_in.token": Decimal(4),
        "audio_out.token": Decimal(40),
    }


@given(
    st.text(min_size=1, max_size=300),
    st.sampled_from(AudioFormat),
    st.floats(0.25, 4.0),
)
def test_estimate_bounds_what_a_voice_says(text, format, speed):
    request = SpeechRequest("author/voice", text, format=format, speed=speed)
    priced = target(*TOKENS)
    most = estimate(request, Route("author/voice", (priced,)))
    # twelve letters, or four ideographs, a second: slow speech
    seconds = sum(1 if ord(character) < 0x2E80 else 3 for character in text) / 12 / speed
    used = bill.complete(None, meter(AudioFormat.PCM, int(seconds * 48_000)), request, priced)
    owed = sum(price.usd_per_unit * used.units()[price.name] for price in TOKENS)
    assert owed <= most


@pytest.mark.parametrize("speed", [0.5, "0.5"])
def test_options_that_lengthen_the_audio_count(speed):
    plain = estimates_of(REQUEST)
    slow = estimates_of(replace(REQUEST, options={"first": {"speed": speed}}))
    assert slow[speech.SECONDS] - 2 == 2 * (plain[speech.SECONDS] - 2)
    told = estimates_of(replace(REQUEST, options={"first": {"instructions": "x" * 100}}))
    assert told[speech.TEXT_TOKENS] - plain[speech.TEXT_TOKENS] == 100 + len("instructions")


def estimates_of(request):
    lines = (speech.SECONDS, speech.TEXT_TOKENS)
    return {line: speech.upper_bound(request, target(), line) for line in lines}
