"""What amounts cost: pure arithmetic on price rows, `Decimal` from end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from core.contract.usage import Amount, Basis, Cost, Kind, Price, Unit, Usage

STEP = Decimal("1E-10")
"""The smallest sum the books hold."""

PARTS = {
    Kind.CACHED_IN: Kind.TEXT_IN,
    Kind.CACHED_AUDIO_IN: Kind.AUDIO_IN,
    Kind.REASONING_OUT: Kind.TEXT_OUT,
}
"""Kinds that providers count inside another one: priced apart they are taken out of it, else they are
charged as part of it."""

AS_TEXT = {
    Kind.AUDIO_IN: Kind.TEXT_IN,
    Kind.IMAGE_IN: Kind.TEXT_IN,
    Kind.VIDEO_IN: Kind.TEXT_IN,
    Kind.FILE_IN: Kind.TEXT_IN,
    Kind.AUDIO_OUT: Kind.TEXT_OUT,
    Kind.IMAGE_OUT: Kind.TEXT_OUT,
}
"""Kinds whose tokens are charged as text where a sheet prices them in no unit."""

INPUTS = (Kind.TEXT_IN, Kind.AUDIO_IN, Kind.IMAGE_IN, Kind.VIDEO_IN, Kind.FILE_IN)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

Line = tuple[Kind, Unit]


def cost(usage: Usage, prices: Iterable[Price], at: datetime, facts: Mapping[str, Any] | None = None) -> Cost:
    """What `usage` costs under the rows in force `at` a moment; the amount is None when no row fits.

    A cost the provider reports wins. `facts` are what conditions ask about besides the length of the
    prompt: `size` and `quality` of a picture. Rounded half up to the books' smallest step.
    """
    if usage.reported_cost is not None:
        return Cost(rounded(usage.reported_cost), Basis.REPORTED)
    amount = computed(usage, prices, at, facts)
    if amount is None:
        return Cost(None, Basis.UNPRICED)
    return Cost(amount, Basis.ESTIMATED if usage.estimated else Basis.COMPUTED)


def computed(
    usage: Usage, prices: Iterable[Price], at: datetime, facts: Mapping[str, Any] | None = None
) -> Decimal | None:
    """Amounts times prices, whatever the provider reports; None when no row fits any amount."""
    sheet = in_force(prices, at, {**(facts or {}), "min_prompt_tokens": prompt_tokens(usage)})
    quantities = split(usage.amounts, sheet)
    lines = [(quantity, sheet[line]) for line, quantity in quantities.items() if line in sheet]
    if not lines:
        return None
    with localcontext(prec=60):
        return rounded(sum((quantity * price for quantity, price in lines), Decimal(0)))


def bound(quantity: Callable[[Line], Decimal], prices: Iterable[Price], at: datetime) -> Decimal | None:
    """An upper bound: each line's highest price in force times at most `quantity(line)`, rounded up."""
    sheet: dict[Line, Decimal] = {}
    for price in latest(prices, at):
        line = (price.kind, price.unit)
        sheet[line] = max(price.usd_per_unit, sheet.get(line, Decimal(0)))
    if not sheet:
        return None
    with localcontext(prec=60):
        total = sum((quantity(line) * price for line, price in sheet.items()), Decimal(0))
        return total.quantize(STEP, rounding=ROUND_CEILING)


def in_force(prices: Iterable[Price], at: datetime, facts: Mapping[str, Any]) -> dict[Line, Decimal]:
    """USD per unit of each line: the narrowest row whose condition holds."""
    chosen: dict[Line, Price] = {}
    for price in latest(prices, at):
        line = (price.kind, price.unit)
        if holds(price.condition, facts) and (
            line not in chosen or narrowness(price) >= narrowness(chosen[line])
        ):
            chosen[line] = price
    return {line: price.usd_per_unit for line, price in chosen.items()}


def latest(prices: Iterable[Price], at: datetime) -> list[Price]:
    """Of every line and condition the newest row that is valid at that moment."""
    newest: dict[tuple[Kind, Unit, str], Price] = {}
    for price in prices:
        since = price.valid_from or LONG_AGO
        if since > at:
            continue
        key = (price.kind, price.unit, repr(sorted(price.condition.items())))
        known = newest.get(key)
        if known is None or (since, price.id or 0) >= (known.valid_from or LONG_AGO, known.id or 0):
            newest[key] = price
    return list(newest.values())


def holds(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return all(
        facts[name] >= wanted if name == "min_prompt_tokens" else facts.get(name) == wanted
        for name, wanted in condition.items()
    )


def narrowness(price: Price) -> tuple[int, int]:
    return len(price.condition), int(price.condition.get("min_prompt_tokens", 0))


def prompt_tokens(usage: Usage) -> Decimal:
    return sum(
        (amount.quantity for amount in usage.amounts if amount.unit == Unit.TOKEN and amount.kind in INPUTS),
        Decimal(0),
    )


def split(amounts: Iterable[Amount], sheet: Mapping[Line, Decimal]) -> dict[Line, Decimal]:
    """Quantities per line: parts that have a price of their own taken out of their whole, tokens of kinds
    that have none added to the text.
    """
    quantities: dict[Line, Decimal] = {(Kind.REQUEST, Unit.REQUEST): Decimal(1)}
    for amount in amounts:
        line = (amount.kind, amount.unit)
        if line == (Kind.REQUEST, Unit.REQUEST):
            quantities[line] = amount.quantity
        else:
            quantities[line] = quantities.get(line, Decimal(0)) + amount.quantity
    for (kind, unit), quantity in list(quantities.items()):
        whole = (PARTS[kind], unit) if kind in PARTS else None
        if whole in quantities and (kind, unit) in sheet:
            quantities[whole] = max(Decimal(0), quantities[whole] - quantity)
    priced = {kind for kind, _unit in sheet}
    for kind, text in AS_TEXT.items():
        tokens, line = (kind, Unit.TOKEN), (text, Unit.TOKEN)
        if kind not in priced and tokens in quantities and line in sheet:
            quantities[line] = quantities.get(line, Decimal(0)) + quantities.pop(tokens)
    return quantities


def rounded(amount: Decimal) -> Decimal:
    with localcontext(prec=60):
        return amount.quantize(STEP, rounding=ROUND_HALF_UP)
