"""How long generated speech may become: what the ledger reserves for, and what an adapter may ask for.

2 s plus 0.25 s per character of an alphabet (0.75 s per ideograph or emoji), longer where slower speech is
requested: several times what voices take, because numbers and units are read out in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.contract.route import Target
from core.contract.speech import SpeechRequest

SLOWEST = 0.25
"""The speed that is assumed where it cannot be read."""


def longest(request: SpeechRequest, target: Target) -> Decimal:
    """The upper bound of the audio's seconds."""
    text = request.text
    quarters = len(text) if text.isascii() else sum(1 if ord(each) < 0x2E80 else 3 for each in text)
    return 2 + Decimal(quarters) / 4 / slowest(request, target)


def slowest(request: SpeechRequest, target: Target) -> Decimal:
    """The speed that is sent, at most 1; an option of the endpoint or the caller may set one as well."""
    speeds = [request.speed, 1.0]
    try:
        speeds.append(float(options_at(request, target).get("speed", 1.0)))
    except (TypeError, ValueError):
        speeds.append(SLOWEST)
    return Decimal(str(min(speed for speed in speeds if speed > 0)))


def options_at(request: SpeechRequest, target: Target) -> Mapping[str, Any]:
    """Further fields that are sent: options of the endpoint and of the caller."""
    return {**target.options.get("body", {}), **request.options.get(target.provider, {})}
