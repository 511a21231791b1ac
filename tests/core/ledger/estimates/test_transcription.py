"""Seconds and tokens of transcripts: bounded before, counted after, guessed where a stream was cut."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.contract.events import Segment, Transcript, TranscriptDelta, TranscriptWord, TranscriptWords, Used
from core.contract.route import Route
from core.contract.transcription import AudioFile, TranscriptionRequest
from core.contract.translation import TranslationRequest
from core.contract.usage import Amount, Kind, Price, Unit, Usage
from core.ledger import bill, metering
from core.ledger.estimates.tasks import estimate
from core.models.ledger import LedgerState
from tests.core.ledger.conftest import target

SECOND = Price(Kind.AUDIO_IN, Unit.SECOND, Decimal("0.0001"))
TOKENS = (
    Price(Kind.AUDIO_IN, Unit.TOKEN, Decimal("0.0000025")),
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.0000025")),
    Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.00001")),
)


def ask(seconds: float | None = 60.0, size: int = 1000, **fields) -> TranscriptionRequest:
    return TranscriptionRequest("m", AudioFile("/x", "audio.wav", "audio/wav", size, seconds), **fields)


def meter_of(*events) -> metering.Meter:
    meter = metering.Meter()
    for event in events:
        meter.note(event)
    return meter


@pytest.mark.parametrize(
    ("request_", "most"),
    [
        (ask(60.0), "0.006"),
        (ask(60.2), "0.0061"),
        (ask(0.5), "0.001"),
        (ask(None, size=50_000), "0.01"),
        (TranslationRequest("m", ask().file), "0.006"),
    ],
)
def test_an_estimate_by_the_second(request_, most):
    assert estimate(request_, Route("m", (target(SECOND),))) == Decimal(most)


def test_an_estimate_by_tokens_bounds_the_text_too():
    where = target(*TOKENS, options={"audio_tokens_per_second": 10})
    most = 600 * TOKENS[0].usd_per_unit + (16 + 5) * TOKENS[1].usd_per_unit
    most += (60 * 48 + 256) * TOKENS[2].usd_per_unit
    assert estimate(ask(prompt="Names"), Route("m", (where,))) == most


def billed(usage: Usage | None, meter: metering.Meter, *prices: Price) -> bill.Bill:
    where = target(*prices, options={"audio_tokens_per_second": 10})
    return bill.of_attempt(usage, meter, ask(), where)


def test_nothing_delivered_and_nothing_reported_is_released():
    found = billed(None, meter_of(), SECOND)
    assert (found.state, found.cost) == (LedgerState.RELEASED, Decimal(0))


@pytest.mark.parametrize(
    "event",
    [
        TranscriptDelta("a"),
        Segment(0, 0, 1, "a"),
        TranscriptWords((TranscriptWord("a", 0, 1),)),
        Transcript(""),
    ],
)
def test_a_cut_stream_owes_the_whole_audio(event):
    found = billed(None, meter_of(event), SECOND)
    assert (found.state, found.cost) == (LedgerState.ESTIMATED, Decimal("0.006"))


def test_a_cut_stream_by_tokens_is_guessed():
    found = billed(None, meter_of(TranscriptDelta("twelve chars"), TranscriptDelta("")), *TOKENS)
    units = {amount.name: amount.quantity for amount in found.amounts}
    assert units == {"audio_in.second": 60, "audio_in.token": 600, "text_in.token": 0, "text_out.token": 4}
    assert found.state == LedgerState.ESTIMATED


def test_what_the_provider_counted_is_settled():
    reported = Usage(
        (
            Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal(61)),
            Amount(Kind.AUDIO_IN, Unit.TOKEN, Decimal(600)),
            Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(0)),
            Amount(Kind.TEXT_OUT, Unit.TOKEN, Decimal(20)),
        )
    )
    meter = meter_of(TranscriptDelta("text"), Transcript("text"), Used(reported))
    assert (billed(reported, meter, SECOND).state, billed(reported, meter, SECOND).cost) == (
        LedgerState.SETTLED, Decimal("0.0061"),
    )  # fmt: skip
    assert billed(reported, meter, *TOKENS).cost == Decimal("0.0017")


def test_a_streamed_text_and_its_whole_are_one_text():
    assert meter_of(TranscriptDelta("ab"), TranscriptDelta("cd"), Transcript("abcd")).text_bytes == 4


def test_reported_silence_is_charged():
    reported = Usage((Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal(60)),))
    assert billed(reported, meter_of(Transcript(""), Used(reported)), SECOND).cost == Decimal("0.006")


@pytest.mark.parametrize(("seconds", "cost"), [(3.0, "0.001"), (None, "0.001"), (60.0, "0.006")])
def test_an_endpoint_that_bills_a_least_number_of_seconds_bills_it_for_a_cut_answer_too(seconds, cost):
    where = target(SECOND, options={"least_seconds": 10})
    request = ask(seconds)
    found = bill.of_attempt(None, meter_of(TranscriptDelta("a")), request, where)
    assert found.cost == Decimal(cost) == estimate(request, Route("m", (where,)))


TERMS = Price(Kind.AUDIO_IN, Unit.SECOND, Decimal("0.00012"), {"keyterms": True})


@pytest.mark.parametrize(
    ("request_", "cost"),
    [
        (ask(), "0.006"),
        (ask(keyterms=("Zoë",)), "0.0072"),
        (ask(options={"first": {"keyterms": ["Zoë"]}}), "0.0072"),
        (ask(options={"other": {"keyterms": ["Zoë"]}}), "0.006"),
        (ask(options={"first": {"keyterms": []}}), "0.006"),
    ],
)
def test_words_to_listen_for_may_have_a_price_of_their_own(request_, cost):
    where = target(SECOND, TERMS)
    found = bill.of_attempt(None, meter_of(TranscriptDelta("a")), request_, where)
    assert (found.cost, estimate(request_, Route("m", (where,)))) == (Decimal(cost), Decimal("0.0072"))


ENTITIES = Price(
    Kind.AUDIO_IN, Unit.SECOND, Decimal("0.00003"), {"entity_detection": True, "surcharge": True}
)


@pytest.mark.parametrize(
    ("options", "cost", "most"),
    [
        ({}, "0.006", "0.0072"),
        ({"entity_detection": "pii"}, "0.0078", "0.009"),
        ({"entity_detection": ["pii"], "keyterms": ["Zoë"]}, "0.009", "0.009"),
        ({"entity_detection": ""}, "0.006", "0.0072"),
    ],
)
def test_a_surcharge_is_reserved_and_charged_where_it_is_asked_for(options, cost, most):
    where, request = target(SECOND, TERMS, ENTITIES), ask(options={"first": options})
    found = bill.of_attempt(None, meter_of(TranscriptDelta("a")), request, where)
    assert (found.cost, estimate(request, Route("m", (where,)))) == (Decimal(cost), Decimal(most))
