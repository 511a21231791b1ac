"""Endpoints with their price sheets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin.audit import AuditedAdmin
from core.admin.catalogue.price_form import PriceForm
from core.admin.fields import ListField
from core.catalogue.prices import line_text
from core.contract.audio import AudioFormat
from core.contract.usage import Kind, Unit
from core.contract.usage import Price as UnitPrice
from core.ledger import statistics
from core.ledger.statistics_text import day_text
from core.models import Endpoint, Price

FORMATS = tuple(form.value for form in AudioFormat)


class EndpointForm(forms.ModelForm):
    formats = ListField(
        label=_("Audio formats"),
        known=FORMATS,
        help_text=_("Only those this provider makes, such as mp3, pcm. Empty: as the model's."),
    )


class EndpointInline(admin.StackedInline):
    """Endpoints are disabled, not deleted: prices and usage records refer to them."""

    model = Endpoint
    form = EndpointForm
    fields = (
        ("provider", "upstream_id", "enabled"),
        ("priority", "weight", "requests_per_minute", "parallel_requests"),
        "formats",
    )
    autocomplete_fields = ("provider",)
    extra = 0
    can_delete = False
    show_change_link = True


def price_text(price: Price) -> str:
    """`$15 / 1M characters`."""
    return line_text(UnitPrice(Kind(price.kind), Unit(price.unit), price.usd_per_unit))


class PriceSheet(admin.TabularInline):
    """Prices are added, never changed, so that old records keep the price they were billed at."""

    model = Price
    fields = readonly_fields = ("kind", "unit", "amount", "condition", "valid_from")
    extra = 0
    verbose_name_plural = _("price sheet")

    @admin.display(description=_("price"))
    def amount(self, price: Price) -> str:
        return price_text(price)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewPrice(admin.TabularInline):
    """Empty rows for prices to be added to the sheet."""

    model = Price
    form = PriceForm
    fields = ("kind", "unit", "usd_per_unit", "per", "condition", "valid_from")
    extra = 0
    verbose_name = _("new price")
    verbose_name_plural = _("new prices")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Endpoint)
class EndpointAdmin(AuditedAdmin):
    form = EndpointForm
    list_display = ("model", "provider", "sheet", "enabled", "priority", "upstream_id")
    list_filter = ("provider", "enabled")
    list_select_related = ("model", "provider")
    search_fields = ("model__slug", "upstream_id")
    autocomplete_fields = ("model", "provider")
    inlines = (PriceSheet, NewPrice)
    fields = (
        ("model", "provider"),
        "upstream_id",
        "formats",
        ("priority", "weight"),
        ("requests_per_minute", "parallel_requests"),
        "enabled",
        "options",
        "last_day",
    )
    readonly_fields = ("last_day",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        return super().get_queryset(request).prefetch_related("prices")

    @admin.display(description=_("in the last day"))
    def last_day(self, endpoint: Endpoint) -> str:
        found = statistics.current(endpoint.pk)
        return day_text(found.day) if found else str(_("not used in the last day"))

    @admin.display(description=_("prices"))
    def sheet(self, endpoint: Endpoint) -> str:
        return "; ".join(price_text(price) for price in endpoint.prices.all()) or str(_("unpriced"))


@admin.register(Price)
class PriceAdmin(AuditedAdmin):
    form = PriceForm
    list_display = ("endpoint", "kind", "unit", "amount", "condition", "valid_from")
    list_filter = ("kind", "unit", "endpoint__provider")
    list_select_related = ("endpoint__model", "endpoint__provider")
    search_fields = ("endpoint__model__slug",)
    autocomplete_fields = ("endpoint",)

    @admin.display(description=_("price"), ordering="usd_per_unit")
    def amount(self, price: Price) -> str:
        return price_text(price)

    def get_fields(self, request: HttpRequest, obj: Price | None = None) -> tuple[str, ...]:
        price = ("amount",) if obj else ("usd_per_unit", "per")
        return ("endpoint", "kind", "unit", *price, "condition", "valid_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Price | None = None) -> tuple[str, ...]:
        return ("amount",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
