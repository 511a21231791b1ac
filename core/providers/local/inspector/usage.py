"""The usage of one answer of the inspector: counted, never estimated."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from core.contract.usage import Amount, Kind, Unit, Usage

UsageLine = tuple[Kind, Unit]


class UsageCounter:
    """Adds up quantities by kind and unit, rounded to a thousandth."""

    def __init__(self) -> None:
        self._lines: Counter[UsageLine] = Counter()

    def add(self, kind: Kind, unit: Unit, quantity: float) -> None:
        self._lines[kind, unit] += round(1000 * quantity)

    def usage(self) -> Usage:
        return Usage(
            tuple(
                Amount(kind, unit, Decimal(quantity) / 1000)
                for (kind, unit), quantity in self._lines.items()
                if quantity
            )
        )
