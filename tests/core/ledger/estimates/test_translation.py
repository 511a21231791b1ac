"""A translation by two models is bounded by both."""

from __future__ import annotations

from decimal import Decimal

from core.contract.route import Route
from core.contract.transcription import AudioFile
from core.contract.translation import TranslationRequest
from core.contract.usage import Kind, Price, Unit
from core.ledger.estimates.tasks import estimate
from tests.core.ledger.conftest import target

AUDIO = AudioFile("/x", "a.wav", "audio/wav", 1000, 60.0)
SECOND = Price(Kind.AUDIO_IN, Unit.SECOND, Decimal("0.0001"))
TEXT_TOKENS = (
    Price(Kind.TEXT_IN, Unit.TOKEN, Decimal("0.001")),
    Price(Kind.TEXT_OUT, Unit.TOKEN, Decimal("0.01")),
    Price(Kind.REQUEST, Unit.REQUEST, Decimal(1)),
)


def test_estimate_adds_the_second_model():
    request = TranslationRequest("m", AUDIO, prompt="Names")
    text = 60 * 48 + 256
    first, second = Route("m", (target(SECOND),)), Route("n", (target(*TEXT_TOKENS),))
    both = Route("m", first.targets, then=second)
    more = (text + 5 + 512) * Decimal("0.001") + text * Decimal("0.01") + 1
    assert estimate(request, both) == estimate(request, first) + more
    assert estimate(request, Route("m", first.targets, then=Route("n", (target(),)))) is None
