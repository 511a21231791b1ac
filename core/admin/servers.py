"""The page on which a superuser finds model servers of this machine and adds them with their models."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import admin
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import operations
from core.admin.model_import import report
from core.catalogue import snapshot
from core.contract.errors import PolyphonyError
from core.models import Provider
from core.operations import DetectedServer
from core.operations.connection import error_text
from core.operations.model_list import ListedModel, model_from_name

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A server that was found; `provider` is the one at its address already, `name` one that is free."""

    server: DetectedServer
    name: str
    provider: Provider | None

    @property
    def models(self) -> list[tuple[str, str]]:
        """The first models as (id, `text → speech`), as far as their names tell."""
        listed = [model_from_name({"id": id}, "") for id in (self.server.models or ())[:SHOWN]]
        return [(model.id, modalities(model)) for model in listed]

    @property
    def more(self) -> int:
        return max(len(self.server.models or ()) - SHOWN, 0)

    @property
    def locked(self) -> bool:
        return self.server.models is None


def modalities(model: ListedModel) -> str:
    sides = (", ".join(model.values[f"{side}_modalities"]) for side in ("input", "output"))
    return " → ".join(sides)


def urls(site: admin.AdminSite) -> list[Any]:
    """Routes below the list of providers."""

    def page(request: HttpRequest) -> HttpResponse:
        return show(request, site)

    return [
        path("servers/", site.admin_view(require_safe(page)), name="core_provider_servers"),
        path(
            "servers/<int:port>/",
            site.admin_view(require_POST(add_and_import)),
            name="core_provider_add_server",
        ),
    ]


def demand_superuser(request: HttpRequest) -> None:
    """Only a superuser lets a provider have an address of this machine."""
    if not request.user.is_superuser:
        raise PermissionDenied


def show(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    demand_superuser(request)
    found = async_to_sync(operations.detect_servers)(operations.PORTS)
    own = {
        "title": _("Servers on this machine"),
        "rows": [row_of(server) for server in found],
        "ports": ", ".join(map(str, operations.PORTS)),
    }
    context = {**site.each_context(request), **own}
    return TemplateResponse(request, "admin/core/provider/servers.html", context)


def row_of(server: DetectedServer) -> Row:
    addresses = [server.url, server.url.replace("127.0.0.1", "localhost")]
    provider = Provider.objects.filter(base_url__in=addresses).first()
    return Row(server, free_name(server.kind), provider)


def free_name(kind: str) -> str:
    """`Ollama`, or `Ollama 2` where there is one."""
    taken = set(Provider.objects.values_list("slug", flat=True))
    names = (kind if number == 1 else f"{kind} {number}" for number in count(1))
    return next(name for name in names if name.lower().replace(" ", "-") not in taken)


def add_and_import(request: HttpRequest, port: int) -> HttpResponse:
    """Look at the port again, make a provider of the server there, and import all that it lists."""
    demand_superuser(request)
    if port not in operations.PORTS:
        raise Http404
    found = async_to_sync(operations.detect_servers)((port,))
    if not found:
        text = _("There is no model server at port %(port)s any more.")
        notes.error(request, text % {"port": port})
        return redirect("admin:core_provider_servers")
    try:
        provider = operations.add_server(found[0], request.POST.get("name", "").strip())
    except PolyphonyError as error:
        notes.error(request, error.message)
        return redirect("admin:core_provider_servers")
    snapshot.refresh_if_changed()
    notes.success(request, _("%(provider)s was added.") % {"provider": provider})
    if found[0].models is None:
        notes.warning(request, _("Enter its key on this page; then its models can be imported."))
        return redirect("admin:core_provider_change", provider.pk)
    import_all(request, provider)
    return redirect("admin:core_provider_models", provider.pk)


def import_all(request: HttpRequest, provider: Provider) -> None:
    try:
        ids = [offer.id for offer in async_to_sync(operations.offers)(provider.slug)]
        report(request, async_to_sync(operations.import_models)(provider.slug, ids, request.user))
    except PolyphonyError as error:
        notes.error(request, error_text(error))
    snapshot.refresh_if_changed()
