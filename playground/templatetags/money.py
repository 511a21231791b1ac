"""Template filters for amounts of money, units and durations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.catalogue import prices
from core.contract.events import Outcome
from core.contract.usage import Basis, Kind
from core.ledger.pricing import PART_OF
from playground.models import Run

register = template.Library()

MINUTE = 60
EXACT = 20
"""Shorter durations, in seconds, have a decimal place; `format.js` of the pages does the same."""


@register.filter
def money(amount: Decimal | str | float | None) -> str:
    """`$0.0042`; None is unpriced, never $0."""
    return _("unpriced") if amount is None else prices.money(Decimal(str(amount)))


@register.filter
def cost(amount: Decimal | str | float | None) -> str:
    """The cost of one request: as `money`, and "free" where it is 0."""
    return _("free") if amount is not None and not Decimal(str(amount)) else money(amount)


@register.simple_tag
def request_cost(amount: Decimal | str | float | None, outcome: str | None, basis: str = "") -> str:
    """The cost of one request: "not charged" where it failed and cost nothing, `≈` before an estimate."""
    nothing = amount is not None and not Decimal(str(amount))
    if nothing and outcome == Outcome.FAILED:
        return _("not charged")
    return cost(amount) if nothing or amount is None or basis != Basis.ESTIMATED else f"≈ {money(amount)}"


@register.filter
def run_cost(run: Run | None) -> str:
    """The cost of a run; empty while it has none, "not charged" where it failed before it had."""
    if run and run.receipt:
        return request_cost(run.receipt["cost"], run.state, run.receipt.get("basis", ""))
    return request_cost(0, run.state) if run and run.state == Run.State.FAILED else ""


@register.filter
def model_cost(row: Mapping[str, Any] | None) -> str:
    """The cost of all requests to one model, a row of the report: without units none of them succeeded."""
    return request_cost(row["cost"], None if row["units"] else Outcome.FAILED) if row else ""


@register.filter
def quantity(number: Decimal | float | None) -> str:
    """`20,000`, grouped as the reader's language does."""
    return "" if number is None else number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def milliseconds(number: float | None) -> str:
    """As `duration`, of milliseconds."""
    return "" if number is None else duration(number / 1000)


@register.filter
def duration(seconds: Decimal | float | str | None) -> str:
    """`0.32 s`, `9.4 s`, `42 s`, from a minute on `1:05` and `1:02:03`; empty where it is not known."""
    if seconds is None or isinstance(seconds, str):  # a template's missing value is an empty string
        return ""
    if seconds >= MINUTE:
        minutes, rest = divmod(int(seconds), MINUTE)
        hours, minutes = divmod(minutes, MINUTE)
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    digits = 2 if seconds < 1 else 1 if seconds < EXACT else 0
    rounded = Decimal(str(seconds)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return _("%s s") % number_format(f"{rounded:f}".rstrip("0").rstrip(".") if digits else rounded)


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
    if unit == "second":
        return duration(count)
    shown = number_format(round(count, 1) if count % 1 else int(count), use_l10n=True, force_grouping=True)
    words = {
        "character": ngettext("%s character", "%s characters", int(count)),
        "token": ngettext("%s token", "%s tokens", int(count)),
        "image": ngettext("%s image", "%s images", int(count)),
        "page": ngettext("%s page", "%s pages", int(count)),
        "byte": ngettext("%s byte", "%s bytes", int(count)),
        "request": ngettext("%s request", "%s requests", int(count)),
    }
    return words.get(unit, "%s") % shown
