"""The table of estimates: the dearest target bounds a request, and each task has a row of its own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import pytest

from core import ledger
from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Modality
from core.contract.requests import Caller
from core.contract.route import Route
from core.contract.speech import SpeechRequest
from core.contract.tasks import FACTS, Task, UnknownTask
from core.contract.transcription import AudioFile
from core.contract.translation import TranslationRequest
from core.contract.usage import Kind, Price, Unit
from core.ledger import bill
from core.ledger.estimates.base import Estimates
from core.ledger.estimates.tasks import ESTIMATES, estimate
from core.ledger.metering import Meter
from tests.core.ledger.conftest import PER_CHARACTER, TEXT, FakeGrant, target

AUDIO = AudioFile("/x", "a.wav", "audio/wav", 1000, 60.0)
REQUEST = SpeechRequest("author/voice", TEXT)
SECOND = Price(Kind.AUDIO_IN, Unit.SECOND, Decimal("0.0001"))
TEXT_TOKENS = (
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.001")),
    Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.01")),
    Price(Kind.REQUEST, Unit.REQUEST, Decimal(1)),
)


class Paper(StrEnum):
    A4 = "a4"


@dataclass(frozen=True)
class PrintRequest:
    """A request of a made-up task; it has the attributes that the functions of other tasks read."""

    task = "print"
    model: str = "author/printer"
    format: Paper = Paper.A4
    streamed: bool = False
    options: tuple = ()
    text: str = TEXT
    file: AudioFile = AUDIO
    prompt: str = ""
    messages: tuple = ()


def test_estimate_is_the_dearest_target():
    cheap, dear = target(PER_CHARACTER), target(Price(Kind.TEXT_IN, Unit.CHARACTER, Decimal("0.02")))
    assert estimate(REQUEST, Route("author/voice", (cheap, dear))) == Decimal("0.2")


def test_estimate_is_unknown_when_a_target_has_no_price():
    assert estimate(REQUEST, Route("author/voice", (target(PER_CHARACTER), target()))) is None


@pytest.mark.parametrize(
    ("request_", "format"),
    [
        (REQUEST, "mp3"),
        (TranslationRequest("m", AUDIO), "json"),
        (ChatRequest("m", ()), ""),
        (ChatRequest("m", (), modalities=(Modality.TEXT, Modality.AUDIO)), "pcm"),
    ],
)
def test_the_recorded_format_is_the_requested_one(request_, format):
    assert ESTIMATES[request_.task].format(request_, None) == format


def test_the_recorded_format_is_the_one_asked_of_the_target():
    assert ESTIMATES[Task.SPEECH].format(REQUEST, target(format=AudioFormat.WAV)) == "wav"


def test_a_task_without_a_row_is_neither_estimated_nor_billed():
    route = Route("author/printer", (target(PER_CHARACTER, SECOND, *TEXT_TOKENS),))
    with pytest.raises(UnknownTask, match="print"):
        estimate(PrintRequest(), route)
    with pytest.raises(UnknownTask, match="print"):
        ledger.open(FakeGrant(Caller(1)), PrintRequest(), route)
    with pytest.raises(UnknownTask, match="print"):
        bill.of_attempt(None, Meter(), PrintRequest(), route.targets[0])


def test_a_new_task_uses_the_functions_of_its_row_only(monkeypatch):
    page = (Kind.FILE_IN, Unit.PAGE)
    row = Estimates(
        upper_bound=lambda request, target: lambda line: Decimal(3 if line == page else 0),
        counted=lambda request, meter, target: {page: Decimal(2)},
        guess=lambda request, meter, target, line: None,
    )
    monkeypatch.setitem(ESTIMATES, "print", row)
    monkeypatch.setitem(FACTS, "print", FACTS[Task.EMBEDDING])
    where = target(Price(*page, Decimal("0.5")), PER_CHARACTER, SECOND, *TEXT_TOKENS[:2])
    assert estimate(PrintRequest(), Route("author/printer", (where,))) == Decimal("1.5")
    meter = Meter()
    meter.delivered = True
    found = bill.of_attempt(None, meter, PrintRequest(), where)
    assert ({amount.name: amount.quantity for amount in found.amounts}, found.cost) == (
        {"file_in.page": 2},
        1,
    )
    assert row.format(PrintRequest(), where) == "a4"
