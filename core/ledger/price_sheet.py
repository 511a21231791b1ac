"""The rows of a price sheet that are in force at a moment, cached for as long as they stay in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.contract.usage import Kind, Price, Unit

Line = tuple[Kind, Unit]

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
CACHE_SIZE = 4096


class EffectivePrices:
    """For every line and condition the newest row that is valid `at` a moment.

    `highest` is the highest price of each line in USD per unit: its only one, unless some are `conditional`.
    """

    __slots__ = ("_rows", "conditional", "highest", "prices", "since", "until")

    def __init__(self, prices: Iterable[Price], at: datetime) -> None:
        self.prices = prices
        self.since, self.until = EARLIEST, LATEST
        self._rows = self._newest(prices, at)
        self.highest: dict[Line, Decimal] = {}
        for price in self._rows:
            line = (price.kind, price.unit)
            self.highest[line] = max(price.usd_per_unit, self.highest.get(line, Decimal(0)))
        self.conditional = any(price.condition for price in self._rows)

    def usd_per_unit(self, facts: Mapping[str, Any]) -> Mapping[Line, Decimal]:
        """For each line the price of the most specific row whose condition matches."""
        chosen: dict[Line, Price] = {}
        for price in self._rows:
            line = (price.kind, price.unit)
            if matches(price.condition, facts) and (
                line not in chosen or specificity(price) >= specificity(chosen[line])
            ):
                chosen[line] = price
        return {line: price.usd_per_unit for line, price in chosen.items()}

    def _newest(self, prices: Iterable[Price], at: datetime) -> list[Price]:
        """The rows; narrows `since` and `until` to the time in which they stay the same."""
        newest: dict[tuple[Kind, Unit, str], Price] = {}
        for price in prices:
            since = price.valid_from or EARLIEST
            if since > at:
                self.until = min(self.until, since)
                continue
            self.since = max(self.since, since)
            key = (price.kind, price.unit, repr(sorted(price.condition.items())))
            known = newest.get(key)
            if known is None or (since, price.id or 0) >= (known.valid_from or EARLIEST, known.id or 0):
                newest[key] = price
        return list(newest.values())


_cache: dict[int, EffectivePrices] = {}
"""By the identity of the tuple of prices, which its sheet keeps alive: the catalogue has one per endpoint,
and comparing rows would cost as much as the cache saves."""


def in_force(prices: Iterable[Price], at: datetime) -> EffectivePrices:
    """The sheet of `prices` `at` a moment, cached by the identity of a tuple."""
    found = _cache.get(id(prices))
    if found is not None and found.prices is prices and found.since <= at < found.until:
        return found
    found = EffectivePrices(prices, at)
    if isinstance(prices, tuple):
        if len(_cache) >= CACHE_SIZE:
            _cache.clear()
        _cache[id(prices)] = found
    return found


def matches(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return all(
        facts[name] >= wanted if name == "min_prompt_tokens" else facts.get(name) == wanted
        for name, wanted in condition.items()
    )


def specificity(price: Price) -> tuple[int, int]:
    return len(price.condition), int(price.condition.get("min_prompt_tokens", 0))
