"""The rows of a price sheet that are in force at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.contract.tasks import FACTS, Task
from core.contract.usage import SURCHARGE, Kind, Price, Unit

Line = tuple[Kind, Unit]

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


class EffectivePrices:
    """For every line and condition the newest row that is valid `at` a moment.

    `highest` is the highest price of each line in USD per unit: its only one, unless some are `conditional`.
    Surcharges are not in it.
    """

    __slots__ = ("_rows", "conditional", "highest")

    def __init__(self, prices: Iterable[Price], at: datetime) -> None:
        self._rows = newest(prices, at)
        self.highest: dict[Line, Decimal] = {}
        for price in self._rows:
            if not price.surcharge:
                line = (price.kind, price.unit)
                self.highest[line] = max(price.usd_per_unit, self.highest.get(line, Decimal(0)))
        self.conditional = any(price.condition for price in self._rows)

    def usd_per_unit(self, facts: Mapping[str, Any]) -> Mapping[Line, Decimal]:
        """For each line the price of the most specific row whose condition matches, and all surcharges that
        match."""
        chosen: dict[Line, Price] = {}
        for price in self._rows:
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
        for price in self._rows:
            line = (price.kind, price.unit)
            if price.surcharge and line in found and matches(price.condition, facts):
                found[line] += price.usd_per_unit
        return found


def newest(prices: Iterable[Price], at: datetime) -> list[Price]:
    """The rows in force `at` a moment: for every line and condition the one that came into force last."""
    rows: dict[tuple[Kind, Unit, str], Price] = {}
    for price in prices:
        since = price.valid_from or EARLIEST
        if since > at:
            continue
        key = (price.kind, price.unit, repr(sorted(price.condition.items())))
        known = rows.get(key)
        if known is None or (since, price.id or 0) >= (known.valid_from or EARLIEST, known.id or 0):
            rows[key] = price
    return list(rows.values())


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


def is_complete(sheet: Iterable[Line], task: Task | None) -> bool:
    """Whether a sheet that prices the input of a task prices its output as well."""
    return task is None or FACTS[task].is_complete({f"{kind}.{unit}" for kind, unit in sheet})
