"""The page on which a superuser installs and removes the weights of embedded models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import admin
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.contract.errors import PolyphonyError
from core.media import weights as table
from core.media.weights import Weights
from core.models import AuditEvent
from core.operations import weights
from core.operations.weights import State, Status

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page; `text` says how the weights are, `error` what the last installation ended with."""

    weights: Weights
    status: Status

    @property
    def size(self) -> str:
        return megabytes(self.weights.size)

    @property
    def text(self) -> str:
        return TEXTS[self.status.state](self.status)

    @property
    def error(self) -> str:
        return self.status.progress.error


def running_text(status: Status) -> str:
    progress = status.progress
    if not progress.total:
        return _("Begins")
    return _("%(done)s of %(total)s from %(source)s") % {
        "done": megabytes(progress.done),
        "total": megabytes(progress.total),
        "source": progress.source,
    }


TEXTS = {
    State.INSTALLED: lambda status: _("Installed"),
    State.RUNNING: running_text,
    State.FAILED: lambda status: _("Failed"),
    State.ABSENT: lambda status: _("Not installed"),
}


def megabytes(size: int) -> str:
    return _("%(number)d MB") % {"number": round(size / MEGABYTE)}


def urls(site: admin.AdminSite) -> list[Any]:
    """Routes below the list of models."""

    def page(request: HttpRequest) -> HttpResponse:
        return show(request, site)

    return [
        path("weights/", site.admin_view(require_GET(page)), name="core_aimodel_weights"),
        path("weights/state/", site.admin_view(require_GET(tell)), name="core_aimodel_weights_state"),
        path(
            "weights/<str:name>/install/",
            site.admin_view(require_POST(install)),
            name="core_aimodel_weights_install",
        ),
        path(
            "weights/<str:name>/remove/",
            site.admin_view(require_POST(remove)),
            name="core_aimodel_weights_remove",
        ),
    ]


def demand_superuser(request: HttpRequest) -> None:
    """It fills the disk and decides which models work: not for staff with the right to edit models."""
    if not request.user.is_superuser:
        raise PermissionDenied


def rows() -> list[Row]:
    return [Row(row, weights.status(row.id)) for row in table.WEIGHTS.values()]


def show(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    demand_superuser(request)
    context = {**site.each_context(request), "title": _("Weights"), "rows": rows()}
    return TemplateResponse(request, "admin/core/aimodel/weights.html", context)


def tell(request: HttpRequest) -> HttpResponse:
    """What changes on the page, by id, for its script."""
    demand_superuser(request)
    found = {
        row.weights.id: {
            "state": row.status.state,
            "text": row.text,
            "error": row.error,
            "done": row.status.progress.done,
            "total": row.status.progress.total,
        }
        for row in rows()
    }
    return JsonResponse(found)


def named(name: str) -> str:
    if name not in table.WEIGHTS:
        raise Http404
    return name


def install(request: HttpRequest, name: str) -> HttpResponse:
    """Begin in the background; a second tab that asks as well changes nothing."""
    demand_superuser(request)
    if async_to_sync(weights.start)(named(name)):
        record(request, name, "installed")
    return back()


def remove(request: HttpRequest, name: str) -> HttpResponse:
    demand_superuser(request)
    try:
        if weights.remove(named(name)):
            record(request, name, "removed")
    except PolyphonyError as error:
        notes.error(request, error.message)
    return back()


def back() -> HttpResponse:
    return redirect(reverse("admin:core_aimodel_weights"))


def record(request: HttpRequest, name: str, what: str) -> None:
    AuditEvent.objects.create(actor=request.user, action=f"weights.{what}", subject=name)
