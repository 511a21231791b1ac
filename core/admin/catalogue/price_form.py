"""Prices are entered as people say them: $15 per 1M characters."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Price

STEP = Decimal("1E-14")
"""The last digit of the column."""

PER = (
    ("1", _("1 unit")),
    ("60", _("60 units (seconds: a minute)")),
    ("1000", _("1,000 units")),
    ("1000000", _("1M units")),
)


class PriceForm(forms.ModelForm):
    """The amount for a number of units; the column has that of one."""

    per = forms.TypedChoiceField(
        label=_("Per"), choices=PER, coerce=Decimal, empty_value=Decimal(1), required=False, initial="1000000"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "usd_per_unit" in self.fields:
            self.fields["usd_per_unit"].label = _("USD")

    class Meta:
        model = Price
        fields = ("endpoint", "kind", "unit", "usd_per_unit", "condition", "valid_from")

    def clean_per(self) -> Decimal:
        """A form without it tells the price of one unit."""
        per: Decimal = self.cleaned_data["per"]
        if (amount := self.cleaned_data.get("usd_per_unit")) is not None:
            self.cleaned_data["usd_per_unit"] = (amount / per).quantize(STEP, ROUND_HALF_UP)
        return per
