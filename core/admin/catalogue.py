"""The catalogue: providers with their keys, models with endpoints, voices, prices."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin
from django.contrib import messages as notes
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core import operations
from core.models import AIModel, AuditEvent, Endpoint, Price, Provider, ProviderKey, Voice
from core.models.catalogue import clean_secret


class ProviderKeyForm(forms.ModelForm):
    """Takes a secret, never shows one: an empty box keeps what is stored."""

    new_secret = forms.CharField(
        label=_("Secret"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text=_("Write-only. Leave empty to keep the stored one."),
    )

    class Meta:
        model = ProviderKey
        fields = ("label", "active")

    def clean_new_secret(self) -> str:
        value = self.cleaned_data["new_secret"]
        if value:
            return clean_secret(value)
        if self.instance.secret is None or self.instance._state.adding:
            raise forms.ValidationError(_("A new key needs its secret."))
        return ""

    def save(self, commit: bool = True) -> ProviderKey:
        if self.cleaned_data["new_secret"]:
            self.instance.secret = self.cleaned_data["new_secret"]
        return super().save(commit)


class ProviderKeyInline(admin.TabularInline):
    model = ProviderKey
    form = ProviderKeyForm
    fields = ("label", "new_secret", "active", "hint", "created_at")
    readonly_fields = ("hint", "created_at")
    extra = 0


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "wire", "enabled", "has_key", "checked_at", "check_result")
    list_filter = ("enabled", "wire")
    search_fields = ("name", "slug")
    inlines = (ProviderKeyInline,)
    readonly_fields = ("checked_at", "check_result")
    change_form_template = "admin/core/provider/change_form.html"

    @admin.display(description=_("key"), boolean=True)
    def has_key(self, provider: Provider) -> bool:
        return not provider.needs_key or operations.has_key(provider)

    def get_urls(self) -> list[Any]:
        test = self.admin_site.admin_view(require_POST(self.test))
        return [path("<path:pk>/test/", test, name="core_provider_test"), *super().get_urls()]

    def test(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Call the provider once with its key and say what came back, never what was sent."""
        provider = get_object_or_404(Provider, pk=pk)
        check = async_to_sync(operations.test_connection)(provider.slug)
        self.message_user(request, check.message, notes.SUCCESS if check.ok else notes.ERROR)
        return redirect(reverse("admin:core_provider_change", args=[pk]))

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        entered = [row.instance for rows in formsets for row in rows if row.cleaned_data.get("new_secret")]
        for key in entered:
            AuditEvent.objects.create(actor=request.user, action="provider_key.set", subject=str(key))
        # a key belongs to the origin it was given for: never send it to another
        strangers = form.instance.keys.exclude(pk__in=[key.pk for key in entered])
        if change and "base_url" in form.changed_data and strangers.exists():
            strangers.delete()
            note = _("The address changed, so the stored keys were removed: enter them again.")
            self.message_user(request, note, notes.WARNING)


class EndpointInline(admin.TabularInline):
    model = Endpoint
    fields = ("provider", "upstream_id", "formats", "priority", "weight", "enabled")
    extra = 0
    show_change_link = True


@admin.register(AIModel)
class AIModelAdmin(admin.ModelAdmin):
    list_display = (
        "slug",
        "name",
        "author",
        "tasks",
        "enabled",
        "deprecated_at",
        "shutdown_at",
        "replacement",
    )
    list_filter = ("enabled", "author", ("shutdown_at", admin.EmptyFieldListFilter))
    search_fields = ("slug", "name", "author")
    inlines = (EndpointInline,)


class PriceInline(admin.TabularInline):
    """Prices are added, never rewritten, so that old records keep the price of their day."""

    model = Price
    fields = ("kind", "unit", "usd_per_unit", "condition", "valid_from")
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin):
    list_display = ("model", "provider", "upstream_id", "priority", "weight", "enabled", "sheet")
    list_filter = ("provider", "enabled")
    list_select_related = ("model", "provider")
    search_fields = ("model__slug", "upstream_id")
    autocomplete_fields = ("model", "provider")
    inlines = (PriceInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("prices")

    @admin.display(description=_("prices"))
    def sheet(self, endpoint: Endpoint) -> str:
        return "; ".join(str(price) for price in endpoint.prices.all()) or str(_("unpriced"))


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):
    list_display = ("endpoint", "kind", "unit", "usd_per_unit", "condition", "valid_from")
    list_filter = ("kind", "unit", "endpoint__provider")
    list_select_related = ("endpoint__model", "endpoint__provider")
    search_fields = ("endpoint__model__slug",)
    autocomplete_fields = ("endpoint",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Voice)
class VoiceAdmin(admin.ModelAdmin):
    list_display = ("name", "voice_id", "model", "language", "gender", "enabled")
    list_filter = ("model", "gender", "enabled")
    list_select_related = ("model",)
    search_fields = ("name", "voice_id", "language")
    autocomplete_fields = ("model",)
