"""What amounts cost: pure arithmetic on price sheets, `Decimal` from end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal
from typing import Any

from core.contract.tasks import Task
from core.contract.usage import Amount, Basis, Cost, Kind, Unit, Usage
from core.ledger.price_sheet import Line, PriceSheet, is_complete

ZERO, ONE = Decimal(0), Decimal(1)
STEP = Decimal("1E-10")
"""The smallest amount the ledger stores, USD."""

PART_OF = {
    Kind.CACHED_IN: Kind.TEXT_IN,
    Kind.CACHED_AUDIO_IN: Kind.AUDIO_IN,
    Kind.REASONING_OUT: Kind.TEXT_OUT,
}
"""Kinds that providers count inside another one: with a price of their own they are subtracted from it, else
they are charged as part of it."""

AS_TEXT = {
    Kind.AUDIO_IN: Kind.TEXT_IN,
    Kind.IMAGE_IN: Kind.TEXT_IN,
    Kind.VIDEO_IN: Kind.TEXT_IN,
    Kind.FILE_IN: Kind.TEXT_IN,
    Kind.AUDIO_OUT: Kind.TEXT_OUT,
    Kind.IMAGE_OUT: Kind.TEXT_OUT,
}
"""Kinds whose tokens are charged as text where a price sheet has no price for them in any unit."""

INPUTS = (Kind.TEXT_IN, Kind.AUDIO_IN, Kind.IMAGE_IN, Kind.VIDEO_IN, Kind.FILE_IN)
EXACT = Context(prec=60)
"""Enough digits for every sum; shared and passed along, because entering a context costs more than a sum."""


def cost(
    usage: Usage, sheet: PriceSheet, facts: Mapping[str, Any] | None = None, task: Task | None = None
) -> Cost:
    """What `usage` costs; the amount is None when no price fits, and when the sheet has the prices of the
    input only of `task`.

    A cost the provider reports wins. `facts` are what conditions compare besides the length of the prompt:
    `size` and `quality` of an image, `service_tier`, `web_search`. Rounded half up to the ledger's smallest
    step.
    """
    if usage.reported_cost is not None:
        return Cost(rounded(usage.reported_cost), Basis.REPORTED)
    amount = computed(usage, sheet, facts, task)
    if amount is None:
        return Cost(None, Basis.UNPRICED)
    return Cost(amount, Basis.ESTIMATED if usage.estimated else Basis.COMPUTED)


def computed(
    usage: Usage, sheet: PriceSheet, facts: Mapping[str, Any] | None = None, task: Task | None = None
) -> Decimal | None:
    """Amounts times prices, whatever the provider reports; None when no price fits any amount."""
    usd = sheet.highest
    if sheet.conditional:
        usd = sheet.usd_per_unit({**(facts or {}), "min_prompt_tokens": prompt_tokens(usage)})
    if not is_complete(frozenset(usd), task):
        return None
    return total(by_line(usage.amounts, usd), usd, ROUND_HALF_UP)


def upper_bound(
    quantity: Callable[[Line], Decimal],
    sheet: PriceSheet,
    task: Task | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Decimal | None:
    """An upper bound: each line's highest price, with the surcharges for `facts`, times at most
    `quantity(line)`, rounded up. None for a sheet without prices or an incomplete one."""
    usd = sheet.with_surcharges(sheet.highest, facts or {}) if sheet.conditional else sheet.highest
    if not is_complete(frozenset(usd), task):
        return None
    return total({line: quantity(line) for line in usd}, usd, ROUND_CEILING)


def total(quantities: Mapping[Line, Decimal], usd: Mapping[Line, Decimal], rounding: str) -> Decimal | None:
    """Quantities times prices in whole steps; None where nothing has a price."""
    found = None
    for line, quantity in quantities.items():
        if (price := usd.get(line)) is not None:
            found = EXACT.add(found or 0, EXACT.multiply(quantity, price))
    return None if found is None else found.quantize(STEP, rounding, EXACT)


def prompt_tokens(usage: Usage) -> Decimal:
    return sum(
        (amount.quantity for amount in usage.amounts if amount.unit == Unit.TOKEN and amount.kind in INPUTS),
        ZERO,
    )


def by_line(amounts: Iterable[Amount], usd: Mapping[Line, Decimal]) -> dict[Line, Decimal]:
    """Quantities per line: parts that have a price of their own are subtracted from their whole, tokens of
    kinds that have none are added to the text.
    """
    quantities: dict[Line, Decimal] = {(Kind.REQUEST, Unit.REQUEST): ONE}
    for amount in amounts:
        line = (amount.kind, amount.unit)
        if line == (Kind.REQUEST, Unit.REQUEST):
            quantities[line] = amount.quantity
        else:
            quantities[line] = quantities.get(line, ZERO) + amount.quantity
    for (kind, unit), quantity in list(quantities.items()):
        whole = (PART_OF[kind], unit) if kind in PART_OF else None
        if whole in quantities and (kind, unit) in usd:
            quantities[whole] = max(ZERO, quantities[whole] - quantity)
    priced = {kind for kind, _unit in usd}
    for kind, unit in list(quantities):
        if unit is Unit.TOKEN and kind in AS_TEXT and kind not in priced:
            line = (AS_TEXT[kind], unit)
            if line in usd:
                quantities[line] = quantities.get(line, ZERO) + quantities.pop((kind, unit))
    return quantities


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(STEP, ROUND_HALF_UP, EXACT)
