"""The rows of a price sheet that are in force, sorted out once for as long as they stay so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.contract.usage import Kind, Price, Unit

Line = tuple[Kind, Unit]

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(9999, 1, 1, tzinfo=UTC)
KEPT = 4096


class Sheet:
    """Of every line and condition the newest row that is valid `at` a moment.

    `highest` is USD per unit of each line at its dearest: the price, unless some are `conditional`.
    """

    __slots__ = ("_rows", "conditional", "highest", "of", "since", "until")

    def __init__(self, prices: Iterable[Price], at: datetime) -> None:
        self.of = prices
        self.since, self.until = LONG_AGO, FAR_AHEAD
        self._rows = self._newest(prices, at)
        self.highest: dict[Line, Decimal] = {}
        for price in self._rows:
            line = (price.kind, price.unit)
            self.highest[line] = max(price.usd_per_unit, self.highest.get(line, Decimal(0)))
        self.conditional = any(price.condition for price in self._rows)

    def usd_per_unit(self, facts: Mapping[str, Any]) -> Mapping[Line, Decimal]:
        """Of each line the price of the narrowest row whose condition holds."""
        chosen: dict[Line, Price] = {}
        for price in self._rows:
            line = (price.kind, price.unit)
            if holds(price.condition, facts) and (
                line not in chosen or narrowness(price) >= narrowness(chosen[line])
            ):
                chosen[line] = price
        return {line: price.usd_per_unit for line, price in chosen.items()}

    def _newest(self, prices: Iterable[Price], at: datetime) -> list[Price]:
        """The rows, and between which moments they are the ones."""
        newest: dict[tuple[Kind, Unit, str], Price] = {}
        for price in prices:
            since = price.valid_from or LONG_AGO
            if since > at:
                self.until = min(self.until, since)
                continue
            self.since = max(self.since, since)
            key = (price.kind, price.unit, repr(sorted(price.condition.items())))
            known = newest.get(key)
            if known is None or (since, price.id or 0) >= (known.valid_from or LONG_AGO, known.id or 0):
                newest[key] = price
        return list(newest.values())


_kept: dict[int, Sheet] = {}
"""By the identity of the tuple of prices, which its sheet keeps alive: the catalogue makes one per endpoint,
and comparing rows would cost what is saved."""


def in_force(prices: Iterable[Price], at: datetime) -> Sheet:
    """The sheet that `prices` are `at` a moment; for a tuple seen before it is remembered."""
    found = _kept.get(id(prices))
    if found is not None and found.of is prices and found.since <= at < found.until:
        return found
    found = Sheet(prices, at)
    if isinstance(prices, tuple):
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[id(prices)] = found
    return found


def holds(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return all(
        facts[name] >= wanted if name == "min_prompt_tokens" else facts.get(name) == wanted
        for name, wanted in condition.items()
    )


def narrowness(price: Price) -> tuple[int, int]:
    return len(price.condition), int(price.condition.get("min_prompt_tokens", 0))
