"""The panel of the admin's first page: a provider's key in one field, stored, tested, live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core import operations
from core.admin.audit import record_event
from core.catalogue import snapshot
from core.models import Provider, ProviderKey, User
from core.models.catalogue.providers import clean_secret
from core.operations import ConnectionCheck

SESSION = "refused_key"
"""The entered key that waits for a decision: {"key", "message", "words"}, of this session only."""

FILE_WIRES = frozenset({"vertex"})
"""Wires whose key is a file of several lines: a one-line field would join them, or keep the first."""

RIGHT = "core.add_providerkey"


class KeyForm(forms.Form):
    """Takes a secret and never displays one."""

    secret = forms.CharField(label=gettext_lazy("Secret"), strip=False)

    def clean_secret(self) -> str:
        return clean_secret(self.cleaned_data["secret"])


@dataclass(frozen=True, slots=True)
class Row:
    """A provider without a key; `has_address`: a key can be sent somewhere."""

    provider: Provider

    @property
    def has_address(self) -> bool:
        return bool(self.provider.base_url)

    @property
    def help(self) -> str:
        text = self.provider.key_help
        return _(text) if text else ""

    @property
    def site(self) -> str:
        """The host of its website."""
        return urlsplit(self.provider.website).hostname or ""

    @property
    def shape(self) -> str:
        """How the file begins."""
        return '{"type": "service_account", …}'

    @property
    def is_file(self) -> bool:
        return self.provider.wire in FILE_WIRES


def rows_for(user: User) -> list[Row]:
    """The panel's rows, for those who may enter keys."""
    return providers_without_key() if user.has_perm(RIGHT) else []


def providers_without_key() -> list[Row]:
    """Providers that are switched on, whose wire this version has, and that lack only a key."""
    active = ProviderKey.objects.filter(active=True)
    found = Provider.objects.filter(enabled=True, needs_key=True, wire__in=operations.wires())
    rows = found.prefetch_related(Prefetch("keys", active, to_attr="active_keys"))
    return [Row(row) for row in rows if operations.lacks_key(row, row.active_keys)]


def urls(site: admin.AdminSite) -> list[Any]:
    """Routes below the list of providers."""

    def decision(request: HttpRequest) -> HttpResponse:
        return decide(request, site)

    return [
        path("<int:pk>/key/", site.admin_view(require_POST(enter)), name="core_provider_key"),
        path(
            "key/",
            site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(decision)),
            name="core_provider_refused_key",
        ),
    ]


def demand_right(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


@sensitive_post_parameters()
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Store the key, inactive; call the provider with it; make it live, or ask what is to become of it."""
    demand_right(request)
    provider = get_object_or_404(Provider, pk=pk, base_url__gt="")
    form = KeyForm(request.POST)
    if not form.is_valid():
        for text in form.errors["secret"]:
            notes.error(request, f"{provider}: {text}")
        return redirect("admin:index")
    key = ProviderKey(provider=provider, secret=form.cleaned_data["secret"], active=False)
    key.save()
    record_event(request, key, "set")
    check = async_to_sync(operations.test_key)(key)
    record_event(request, provider, "tested", [{"answered": check.ok}])
    if not check.ok:
        request.session[SESSION] = {"key": str(key.pk), "message": check.message, "words": check.words}
        return redirect("admin:core_provider_refused_key")
    activate(key)
    notes.success(request, live_text(provider, check))
    return redirect("admin:index")


def decide(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """What the provider said of the key entered last in this session, and the choice to keep or remove it."""
    demand_right(request)
    waiting = request.session.get(SESSION, {})
    key = ProviderKey.objects.filter(pk=waiting.get("key"), active=False).select_related("provider").first()
    if key is None:
        return redirect("admin:index")
    if request.method != "POST":
        own = {"title": _("The key was not accepted"), "entered": key, "words": waiting["words"]}
        context = {**site.each_context(request), **own, "message": waiting["message"]}
        return TemplateResponse(request, "admin/core/provider/refused_key.html", context)
    keep_or_remove(request, key)
    del request.session[SESSION]
    return redirect("admin:index")


def keep_or_remove(request: HttpRequest, key: ProviderKey) -> None:
    if request.POST.get("choice") == "keep":
        activate(key)
        record_event(request, key, "kept")
        notes.warning(request, _("The key of %(provider)s is kept and in use.") % {"provider": key.provider})
    else:
        record_event(request, key, "removed")
        key.delete()
        notes.success(request, _("The key of %(provider)s was removed.") % {"provider": key.provider})


def activate(key: ProviderKey) -> None:
    key.active = True
    key.save(update_fields=["active"])
    snapshot.refresh_if_changed()


def live_text(provider: Provider, check: ConnectionCheck) -> str:
    """What came of a good key, with the way to the provider's other models."""
    count = sum(
        model.visible and any(endpoint.provider.slug == provider.slug for endpoint in model.endpoints)
        for model in snapshot.current().models.values()
    )
    live = ngettext("%(count)d model is live now.", "%(count)d models are live now.", count)
    return format_html(
        '{}: {} {} <a href="{}">{}</a>',
        provider,
        check.message,
        live % {"count": count},
        reverse("admin:core_provider_models", args=[provider.pk]),
        _("Import models"),
    )
