"""The catalogue: models with their endpoints, price sheets and voices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import weights
from core.admin.audit import AuditedAdmin
from core.admin.fields import ListField
from core.catalogue.prices import line_text
from core.contract.audio import AudioFormat
from core.contract.tasks import Task
from core.contract.usage import Kind, Unit
from core.contract.usage import Price as UnitPrice
from core.ledger import statistics
from core.ledger.statistics_text import day_text
from core.models import AIModel, Endpoint, Price, Voice, VoiceAlias

TASKS = tuple(task.value for task in Task)
FORMATS = tuple(form.value for form in AudioFormat)
INPUTS = ("text", "audio", "image", "file", "video")
OUTPUTS = ("text", "speech", "audio", "transcription", "image", "video", "embeddings")


class AIModelForm(forms.ModelForm):
    tasks = ListField(label=_("Tasks"), known=TASKS)
    input_modalities = ListField(label=_("Input modalities"), known=INPUTS)
    output_modalities = ListField(label=_("Output modalities"), known=OUTPUTS)
    features = ListField(label=_("Features"), help_text=_("Such as streaming, instructions, speed, words."))
    # every speech model makes mp3
    formats = ListField(label=_("Audio formats"), known=FORMATS, initial=["mp3"])
    languages = ListField(label=_("Languages"), help_text=_("BCP 47. Empty: any."))

    def clean_tasks(self) -> list[str]:
        if not self.cleaned_data["tasks"]:
            raise forms.ValidationError(_("A model does at least one task."))
        return self.cleaned_data["tasks"]

    def clean_replacement(self) -> str:
        slug = self.cleaned_data["replacement"]
        if slug and not AIModel.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("There is no model %(slug)s."), params={"slug": slug})
        return slug


class EndpointForm(forms.ModelForm):
    formats = ListField(
        label=_("Audio formats"),
        known=FORMATS,
        help_text=_("Only those this provider makes, such as mp3, pcm. Empty: as the model's."),
    )


class EndpointInline(admin.TabularInline):
    """Endpoints are disabled, not deleted: prices and usage records refer to them."""

    model = Endpoint
    form = EndpointForm
    fields = ("provider", "upstream_id", "formats", "priority", "weight", "enabled")
    autocomplete_fields = ("provider",)
    extra = 0
    can_delete = False
    show_change_link = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "formats":
            field.widget = forms.TextInput(attrs={"size": 24})
        return field


@admin.register(AIModel)
class AIModelAdmin(AuditedAdmin):
    form = AIModelForm
    list_display = (
        "slug",
        "name",
        "author",
        "task_names",
        "provider_names",
        "enabled",
        "shutdown_at",
        "replacement",
    )
    list_filter = (
        "enabled",
        "use_replacement",
        "author",
        ("shutdown_at", admin.EmptyFieldListFilter),
        "endpoints__provider",
    )
    search_fields = ("slug", "name", "author")
    inlines = (EndpointInline,)
    fieldsets = (
        (None, {"fields": ("slug", "name", "author", "description", "enabled")}),
        (
            _("What it does"),
            {"fields": ("tasks", ("input_modalities", "output_modalities"), "features", "formats")},
        ),
        (
            _("Limits"),
            {"fields": (("context_length", "max_output"), ("speed_min", "speed_max"), "limits", "languages")},
        ),
        (
            _("Lifecycle"),
            {"fields": (("released_at", "deprecated_at", "shutdown_at"), ("replacement", "use_replacement"))},
        ),
        (_("Examples"), {"fields": ("examples", "licences"), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AIModel]:
        return super().get_queryset(request).prefetch_related("endpoints__provider")

    @admin.display(description=_("tasks"))
    def task_names(self, model: AIModel) -> str:
        return ", ".join(model.tasks)

    @admin.display(description=_("providers"))
    def provider_names(self, model: AIModel) -> str:
        return ", ".join(endpoint.provider.name for endpoint in model.endpoints.all())

    def get_urls(self) -> list[Any]:
        return [*weights.urls(self.admin_site), *super().get_urls()]


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
    fields = ("kind", "unit", "usd_per_unit", "condition", "valid_from")
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
    list_display = ("endpoint", "kind", "unit", "amount", "condition", "valid_from")
    list_filter = ("kind", "unit", "endpoint__provider")
    list_select_related = ("endpoint__model", "endpoint__provider")
    search_fields = ("endpoint__model__slug",)
    autocomplete_fields = ("endpoint",)

    @admin.display(description=_("price"), ordering="usd_per_unit")
    def amount(self, price: Price) -> str:
        return price_text(price)

    def get_fields(self, request: HttpRequest, obj: Price | None = None) -> tuple[str, ...]:
        return ("endpoint", "kind", "unit", "amount" if obj else "usd_per_unit", "condition", "valid_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Price | None = None) -> tuple[str, ...]:
        return ("amount",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Voice)
class VoiceAdmin(AuditedAdmin):
    list_display = ("name", "voice_id", "model", "language", "gender", "enabled")
    list_filter = (("model", admin.RelatedOnlyFieldListFilter), "gender", "enabled")
    list_select_related = ("model",)
    search_fields = ("name", "voice_id", "language")
    autocomplete_fields = ("model",)


@admin.register(VoiceAlias)
class VoiceAliasAdmin(AuditedAdmin):
    list_display = ("name", "model", "provider", "voice", "gender", "enabled")
    list_filter = ("enabled", "provider", ("model", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("model", "provider")
    search_fields = ("name", "voice")
    autocomplete_fields = ("model", "provider")
