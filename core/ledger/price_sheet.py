"""The prices of an endpoint as they apply to a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.contract.tasks import FACTS, Task
from core.contract.usage import SURCHARGE, Kind, Price, Unit

Line = tuple[Kind, Unit]


class PriceSheet:
    """Prices in force, as the snapshot has them: one for every line and condition.

    `highest` is the highest price of each line in USD per unit: its only one, unless some are `conditional`.
    Surcharges are not in it.
    """

    __slots__ = ("_prices", "conditional", "highest")

    def __init__(self, prices: Iterable[Price]) -> None:
        self._prices = tuple(prices)
        highest: dict[Line, Decimal] = {}
        for price in self._prices:
            if not price.surcharge:
                line = (price.kind, price.unit)
                highest[line] = max(price.usd_per_unit, highest.get(line, Decimal(0)))
        self.highest: Mapping[Line, Decimal] = highest
        self.conditional = any(price.condition for price in self._prices)

    def usd_per_unit(self, facts: Mapping[str, Any]) -> Mapping[Line, Decimal]:
        """For each line the price of the most specific row whose condition matches, and all surcharges that
        match."""
        chosen: dict[Line, Price] = {}
        for price in self._prices:
            line = (price.kind, price.unit)
            if (
                not price.surcharge
                and matches(price.condition, facts)
                and (line not in chosen or specificity(price) >= specificity(chosen[line]))
            ):
                chosen[line] = price
        usd = {line: price.usd_per_unit for line, price in chosen.items()}
        return self.with_surcharges(usd, facts)

    def with_surcharges(self, usd: Mapping[Line, Decimal], facts: Mapping[str, Any]) -> dict[Line, Decimal]:
        """`usd` per unit, with the surcharges that match added to the lines that have a price."""
        found = dict(usd)
        for price in self._prices:
            line = (price.kind, price.unit)
            if price.surcharge and line in found and matches(price.condition, facts):
                found[line] += price.usd_per_unit
        return found


def matches(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether the facts of a request are those of a condition; one that cannot be read never matches."""
    return all(
        0 < threshold(wanted) <= facts[name] if name == "min_prompt_tokens" else facts.get(name) == wanted
        for name, wanted in condition.items()
        if name != SURCHARGE
    )


def specificity(price: Price) -> tuple[int, int]:
    return len(price.condition), threshold(price.condition.get("min_prompt_tokens"))


def threshold(wanted: Any) -> int:
    """Tokens of a prompt; 0 for anything that is no number."""
    return wanted if isinstance(wanted, int) and not isinstance(wanted, bool) else 0


@lru_cache(maxsize=4096)
def sheet_of(prices: tuple[Price, ...]) -> PriceSheet:
    """The sheet of an endpoint's prices, made once and not for each request."""
    return PriceSheet(prices)


@lru_cache(maxsize=4096)
def is_complete(lines: frozenset[Line], task: Task | None) -> bool:
    """Whether a sheet that prices the input of a task prices its output as well."""
    return task is None or FACTS[task].is_complete({f"{kind}.{unit}" for kind, unit in lines})
