"""Quantities of one answer, added up by kind and unit."""

from __future__ import annotations

from decimal import Decimal

from core.contract.usage import Amount, Kind, Unit
from core.providers.local.inspector.usage import UsageCounter


def test_quantities_are_added_up_to_a_thousandth():
    counter = UsageCounter()
    counter.add(Kind.AUDIO_IN, Unit.SECOND, 1.2344)
    counter.add(Kind.IMAGE_OUT, Unit.IMAGE, 1)
    counter.add(Kind.AUDIO_IN, Unit.SECOND, 2)
    counter.add(Kind.VIDEO_IN, Unit.SECOND, 0)

    assert counter.usage().amounts == (
        Amount(Kind.AUDIO_IN, Unit.SECOND, Decimal("3.234")),
        Amount(Kind.IMAGE_OUT, Unit.IMAGE, Decimal(1)),
    )
