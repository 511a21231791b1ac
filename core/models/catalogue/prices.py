"""The price sheets of endpoints."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.contract.usage import TOOL_KINDS, Kind, Unit
from core.models.catalogue.models import Endpoint
from core.models.json_field import ObjectField
from core.models.options import check_condition

KINDS = [(kind.value, kind.value) for kind in Kind if kind not in TOOL_KINDS.values()]
"""An image model has one sheet, whether it is asked itself or by a chat model as its tool."""


class Price(models.Model):
    """One line of a price sheet. Rows are never changed: a new price is a new row with its own date."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="prices")
    kind = models.CharField(_("kind"), max_length=30, choices=KINDS)
    unit = models.CharField(_("unit"), max_length=20, choices=[(unit.value, unit.value) for unit in Unit])
    usd_per_unit = models.DecimalField(_("USD per unit"), max_digits=24, decimal_places=14)
    condition = ObjectField(_("condition"), check=check_condition)
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ("endpoint", "kind", "-valid_from")
        constraints = (
            models.CheckConstraint(condition=models.Q(usd_per_unit__gte=0), name="price_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.usd_per_unit.normalize():f} / {self.unit}"
