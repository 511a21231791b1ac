"""Template filters for amounts of money, units and durations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.catalogue import prices
from core.contract.usage import Kind
from core.ledger.pricing import PART_OF

register = template.Library()


@register.filter
def money(amount: Decimal | str | float | None) -> str:
    """`$0.0042`; None is unpriced, never $0."""
    return _("unpriced") if amount is None else prices.money(Decimal(str(amount)))


@register.filter
def cost(amount: Decimal | str | float | None) -> str:
    """The cost of one request: as `money`, and "free" where it is 0."""
    return _("free") if amount is not None and not Decimal(str(amount)) else money(amount)


@register.filter
def quantity(number: Decimal | float | None) -> str:
    """`20,000`, grouped as the reader's language does."""
    return "" if number is None else number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def milliseconds(number: float | None) -> str:
    """`320 ms`, from a second on `9.4 s`; empty where it was not measured."""
    if number is None:
        return ""
    return _("%s ms") % round(number) if number < 1000 else _("%s s") % number_format(number / 1000, 1)


@register.filter
def units(quantities: Mapping[str, float] | None) -> str:
    """`40 characters, 3.2 s`, from the ledger's quantities by `kind.unit`; bytes only without other units.

    A unit counted in both directions says so, `170 tokens in, 13,600 tokens out`; a part of another quantity
    is left out.
    """
    counted = by_direction(quantities or {})
    shown = {unit: both for unit, both in counted.items() if unit != "byte"} or counted
    return ", ".join(
        DIRECTIONS[side] % count_label(unit, count) if len(both) > 1 else count_label(unit, count)
        for unit, both in sorted(shown.items())
        for side, count in sorted(both.items())
    )


DIRECTIONS = {"": "%s", "in": gettext_lazy("%s in"), "out": gettext_lazy("%s out")}


def by_direction(quantities: Mapping[str, float]) -> dict[str, dict[str, Decimal]]:
    """The sums of each unit by direction."""
    counted: dict[str, dict[str, Decimal]] = {}
    for name, number in quantities.items():
        kind, _dot, unit = name.partition(".")
        if kind in PART_OF and f"{PART_OF[Kind(kind)]}.{unit}" in quantities:
            continue
        side = kind.rpartition("_")[2] if "_" in kind else ""
        both = counted.setdefault(unit, {})
        both[side] = both.get(side, Decimal(0)) + Decimal(str(number))
    return counted


def count_label(unit: str, count: Decimal) -> str:
    shown = number_format(round(count, 1) if count % 1 else int(count), use_l10n=True, force_grouping=True)
    words = {
        "character": ngettext("%s character", "%s characters", int(count)),
        "token": ngettext("%s token", "%s tokens", int(count)),
        "second": _("%s s"),
        "image": ngettext("%s image", "%s images", int(count)),
        "page": ngettext("%s page", "%s pages", int(count)),
        "byte": ngettext("%s byte", "%s bytes", int(count)),
        "request": ngettext("%s request", "%s requests", int(count)),
    }
    return words.get(unit, "%s") % shown
