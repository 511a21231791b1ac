"""The usage that a bill is made of: reported, counted, guessed."""

from __future__ import annotations

from decimal import Decimal

from core.contract.audio import AudioFormat
from core.contract.usage import Usage
from core.ledger import bill
from tests.core.ledger.conftest import PER_CHARACTER, target
from tests.core.ledger.estimates.test_speech import REQUEST, TOKENS
from tests.core.ledger.test_metering import meter


def test_complete_marks_a_guess_beside_what_was_reported():
    reported = bill.complete(Usage(), meter(AudioFormat.MP3, 10), REQUEST, target(PER_CHARACTER))
    assert not reported.estimated
    guessed = bill.complete(Usage(), meter(AudioFormat.MP3, 10), REQUEST, target(*TOKENS))
    assert guessed.estimated


def test_complete_guesses_nothing_when_the_cost_was_reported():
    reported = Usage(reported_cost=Decimal("0.5"))
    usage = bill.complete(reported, meter(AudioFormat.MP3, 10), REQUEST, target(*TOKENS))
    assert not usage.estimated
