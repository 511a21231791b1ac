"""How a model is asked: inlines of its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin.audit import KeySelect
from core.admin.fields import ListField
from core.models import BalancedModel, FallbackModel, RoutingPolicy
from core.models.catalogue.routing import MOST_FALLBACKS


class CodesField(ListField):
    """Statuses of providers, as whole numbers."""

    def __init__(self, **kwargs: object) -> None:
        widget = forms.TextInput(attrs={"size": 40})
        super().__init__(each=int, widget=widget, **kwargs)

    def clean(self, value: object) -> list[int]:
        return [int(word) for word in super().clean(value)]


class RoutingForm(forms.ModelForm):
    retry_codes = CodesField(
        label=_("After the statuses"), help_text=_("Such as 429, 503. Empty: all that may pass.")
    )
    fallback_codes = CodesField(
        label=_("Fall back after the statuses"),
        help_text=_("Empty: all that are not about the request itself."),
    )


class RoutingInline(admin.StackedInline):
    """What a request may say otherwise, field by field."""

    model = RoutingPolicy
    form = RoutingForm
    classes = ("collapse",)
    fields = (
        ("balance", "sort"),
        ("hedge", "hedge_ms"),
        ("retries", "retry_codes"),
        ("call_timeout", "deadline"),
        "fallback_codes",
        "cache_seconds",
    )


class ModelsFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """Raise ValidationError for more models than a request may name."""
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        if len([form for form in kept if form not in self.deleted_forms]) > MOST_FALLBACKS:
            raise ValidationError(_("At most %(most)d models."), params={"most": MOST_FALLBACKS})


class ModelsInline(admin.TabularInline):
    """Other models; each is named by a field that is found by typing."""

    formset = ModelsFormSet
    fk_name = "model"
    classes = ("collapse",)
    extra = 0
    named = ""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == self.named:
            kwargs["widget"] = KeySelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class BalancedInline(ModelsInline):
    """The models of which one is asked first."""

    model = BalancedModel
    fields = ("balanced", "weight")
    autocomplete_fields = ("balanced",)
    named = "balanced"


class FallbackInline(ModelsInline):
    """The models that are asked when this one has failed."""

    model = FallbackModel
    fields = ("position", "fallback")
    autocomplete_fields = ("fallback",)
    named = "fallback"
