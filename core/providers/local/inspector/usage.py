"""What an answer of the inspector came to: counted, not estimated, and free."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from core.contract.usage import Amount, Kind, Unit, Usage

Line = tuple[Kind, Unit]


class Tally:
    """Adds up lines of a bill; seconds are kept to the millisecond."""

    def __init__(self) -> None:
        self._lines: Counter[Line] = Counter()

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
