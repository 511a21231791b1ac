"""Amounts and units as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.catalogue import prices

register = template.Library()


@register.filter
def money(amount: Decimal | str | float | None) -> str:
    """`$0.0042`; None is unpriced, never $0."""
    return _("unpriced") if amount is None else prices.money(Decimal(str(amount)))


@register.filter
def cost(amount: Decimal | str | float | None) -> str:
    """What one request came to: as `money`, and free where it cost nothing."""
    return _("free") if amount is not None and not Decimal(str(amount)) else money(amount)


@register.filter
def quantity(number: Decimal | float | None) -> str:
    """`20,000`, grouped as the reader's language does."""
    return "" if number is None else number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def milliseconds(number: float | None) -> str:
    """`320 ms`, from a second on `9.4 s`; nothing where nobody measured."""
    if number is None:
        return ""
    return _("%s ms") % round(number) if number < 1000 else _("%s s") % number_format(number / 1000, 1)


@register.filter
def units(quantities: Mapping[str, float] | None) -> str:
    """`40 characters, 3.2 s`, from the ledger's `kind.unit` names; bytes only where nothing says more."""
    counted = [(name.rpartition(".")[2], number) for name, number in (quantities or {}).items()]
    told = [pair for pair in counted if pair[0] != "byte"] or counted
    return ", ".join(one(unit, number) for unit, number in sorted(told))


def one(unit: str, quantity: float | str) -> str:
    count = Decimal(str(quantity))
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
