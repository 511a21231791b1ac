"""Providers and their keys: a key is entered, tested and replaced, and never displayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from core import operations
from core.admin import key_entry, model_import, review, servers
from core.admin.audit import AuditedAdmin, record_event
from core.contract.text.provider_key import trim
from core.models import Provider, ProviderKey
from core.models.catalogue.providers import clean_secret
from core.models.secrets.headers import masked, unmasked


class ProviderKeyForm(forms.ModelForm):
    """Takes a secret and never displays one; an empty field leaves the stored one as it is."""

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
        if self.instance._state.adding:
            raise forms.ValidationError(_("A new key needs its secret."))
        return ""

    def save(self, commit: bool = True) -> ProviderKey:
        if self.cleaned_data["new_secret"]:
            self.instance.secret = self.cleaned_data["new_secret"]
        return super().save(commit)


class ProviderKeyInline(admin.TabularInline):
    model = ProviderKey
    form = ProviderKeyForm
    fields = ("label", "new_secret", "active", "hint", "rest", "created_at")
    readonly_fields = ("hint", "rest", "created_at")
    extra = 0
    verbose_name_plural = _("provider keys, used in turn")

    @admin.display(description=_("state"))
    def rest(self, key: ProviderKey) -> str:
        """Of one that rests, why and until when, as this process knows it."""
        if key._state.adding:
            return ""
        if not key.active:
            return _("not in use")
        return operations.rest_text(key) or _("in use")


class ProviderForm(forms.ModelForm):
    """`base_url` accepts host names without dots (private networks), which Django's URL field does not."""

    base_url = forms.CharField(
        label=_("Base URL"),
        required=False,
        max_length=300,
        widget=forms.URLInput(attrs={"class": "vURLField"}),
        help_text=_("Such as https://api.openai.com/v1. A change removes the stored keys."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "wire" in self.fields:
            wires = {*operations.wires(), self.instance.wire}
            self.fields["wire"].widget = forms.Select(choices=[(wire, wire) for wire in sorted(wires)])
        self.initial["headers"] = masked(self.instance.headers)

    def clean_base_url(self) -> str:
        address = trim(self.cleaned_data["base_url"])
        if address and not operations.is_plain(address):
            raise forms.ValidationError(_("An address begins with http:// or https:// and has no key in it."))
        return address

    def clean(self) -> dict[str, Any]:
        """A private address needs a superuser's tick: what staff enters must be public."""
        cleaned = super().clean()
        if isinstance(entered := cleaned.get("headers"), Mapping):
            stored = self.instance.headers
            kept = "base_url" not in self.changed_data  # else they were entered for the other address
            same = kept and "headers" not in self.changed_data
            cleaned["headers"] = stored if same else unmasked(entered, stored, kept)
        address, changed = cleaned.get("base_url", ""), {"base_url", "internal"} & set(self.changed_data)
        if not address or not changed or cleaned.get("internal"):
            return cleaned
        if operations.is_internal(address):
            self.add_error(
                "base_url",
                _("This address is not a public one: only a superuser allows that, by the box “internal”."),
            )
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "base_url"}


@admin.register(Provider)
class ProviderAdmin(AuditedAdmin):
    form = ProviderForm
    list_display = ("name", "slug", "wire", "enabled", "key", "checked_at", "check_result")
    list_filter = ("enabled", "wire")
    search_fields = ("name", "slug")
    inlines = (ProviderKeyInline,)
    # the prefix decides which address the environment's key is sent to: set by the seed, not by a form
    readonly_fields = ("environment", "checked_at", "check_result")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "slug",
                    "wire",
                    ("base_url", "internal"),
                    "enabled",
                    "needs_key",
                    "unknown_models",
                )
            },
        ),
        (_("Key"), {"fields": ("environment", "key_help", "website", "checked_at", "check_result")}),
        (
            _("Details"),
            {
                "fields": ("headers", "options"),
                "classes": ("collapse",),
                "description": _(
                    "A header whose name says that it is secret is not shown; a new address removes it."
                ),
            },
        ),
    )
    change_form_template = "admin/core/provider/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        active = ProviderKey.objects.filter(active=True)
        return super().get_queryset(request).prefetch_related(Prefetch("keys", active, to_attr="active_keys"))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Provider | None:
        """For those who only look, the row as they may see it."""
        row: Provider | None = super().get_object(request, object_id, from_field)
        if row is not None and not self.has_change_permission(request, row):
            row.headers = masked(row.headers)
        return row

    def get_readonly_fields(self, request: HttpRequest, obj: Provider | None = None) -> tuple[str, ...]:
        return self.readonly_fields if request.user.is_superuser else ("internal", *self.readonly_fields)

    @admin.display(description=_("key"))
    def key(self, provider: Provider) -> str:
        return operations.key_state(provider, provider.active_keys)

    def get_urls(self) -> list[Any]:
        test = self.admin_site.admin_view(require_POST(self.test))
        return [
            *key_entry.urls(self.admin_site),
            *model_import.urls(self.admin_site),
            *review.urls(self.admin_site),
            *servers.urls(self.admin_site),
            path("<path:pk>/test/", test, name="core_provider_test"),
            *super().get_urls(),
        ]

    @method_decorator(sensitive_post_parameters())
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def test(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Call the provider once with its key and display the result."""
        provider = self.get_object(request, pk)
        if provider is None:
            raise Http404
        if not self.has_change_permission(request, provider):
            raise PermissionDenied
        check = async_to_sync(operations.test_connection)(provider.slug)
        record_event(request, provider, "tested", [{"answered": check.ok}])
        self.message_user(request, check.message, notes.SUCCESS if check.ok else notes.ERROR)
        if check.words:
            text = _("The provider's own words:")
            self.message_user(request, f"{text} {check.words}", notes.INFO)
        return redirect(reverse("admin:core_provider_change", args=[provider.pk]))

    def save_model(self, request: HttpRequest, obj: Provider, form: ModelForm, change: bool) -> None:
        if address_changed(form, change):
            obj.internal = obj.internal and request.user.is_superuser  # the tick was for another address
            obj.checked_at, obj.check_result = None, ""
            if obj.environment:
                obj.environment = ""
                text = _("The address changed, so the key in the environment is no longer used for it.")
                self.message_user(request, text, notes.WARNING)
        super().save_model(request, obj, form, change)

    def warn_of_white_space(self, request: HttpRequest, form: ModelForm, formsets: Any) -> None:
        """Say what was left out: the same key or address may stand elsewhere with it."""
        rows = [row for rows in formsets for row in rows if has_new_secret(row)]
        if any(has_white_space_around(row, "new_secret") for row in rows):
            text = _("The key was stored without the white space around it.")
            self.message_user(request, text, notes.WARNING)
        if has_white_space_around(form, "base_url"):
            text = _("The address was stored without the white space around it.")
            self.message_user(request, text, notes.WARNING)

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.warn_of_white_space(request, form, formsets)
        entered = [row.instance for rows in formsets for row in rows if has_new_secret(row)]
        for key in entered:
            record_event(request, key, "set")
        # a key must not be sent to another address than the one it was entered for
        stale = form.instance.keys.exclude(pk__in=[key.pk for key in entered])
        if address_changed(form, change) and stale.exists():
            for key in stale:
                record_event(request, key, "removed")
            stale.delete()
            text = _("The address changed, so the stored keys were removed: enter them again.")
            self.message_user(request, text, notes.WARNING)


def address_changed(form: ModelForm, change: bool) -> bool:
    return change and "base_url" in form.changed_data


def has_white_space_around(form: ModelForm, name: str) -> bool:
    """Whether a field was sent with white space before or after its value."""
    sent = form.data.get(form.add_prefix(name), "")
    return bool(sent != trim(sent))


def has_new_secret(row: ModelForm) -> bool:
    """Whether a secret was entered in a key's row and the row is not to be deleted."""
    data = row.cleaned_data
    return bool(data.get("new_secret")) and not data.get("DELETE")
