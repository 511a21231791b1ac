"""The page of what providers' lists say otherwise than the catalogue: taken or put aside with one click."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import admin
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import operations
from core.admin.findings import DECIDES, SEES, Choice, Kind, is_noted, may_decide, section_of
from core.catalogue import snapshot
from core.contract.errors import PolyphonyError, Unavailable, Unsupported
from core.models import Finding, Provider
from core.operations import SyncReport
from core.operations.connection import error_text


def waiting() -> int:
    """How many findings wait for a decision."""
    return Finding.objects.filter(dismissed=False).count()


def urls(site: admin.AdminSite) -> list[Any]:
    """Routes below the list of providers."""

    def page(request: HttpRequest) -> HttpResponse:
        return show_or_decide(request, site)

    view = site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(page))
    return [path("review/", view, name="core_provider_review")]


def show_or_decide(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    if not request.user.has_perm(SEES):
        raise PermissionDenied
    choice = Choice.of(request.POST or request.GET)
    if request.method != "POST":
        return show(request, choice, site)
    if not request.user.has_perm(DECIDES):
        raise PermissionDenied
    if "read" in request.POST:
        read_lists(request, choice)
    else:
        decide(request, choice)
    query = choice.query()
    return redirect(f"{request.path}?{query}" if query else request.path)


VERB_NAMES = ("take", "dismiss", "restore")


def decide(request: HttpRequest, choice: Choice) -> None:
    """Do with one finding, or with all of a kind that are shown, what its button says."""
    verb, chosen = next(
        ((verb, named(verb, request.POST[verb], choice)) for verb in VERB_NAMES if verb in request.POST),
        ("", []),
    )
    for kind in {Kind(finding.kind) for finding in chosen}:
        if not may_decide(request, kind):
            raise PermissionDenied
    if not chosen:
        notes.warning(request, _("Nothing was done: it was decided meanwhile, or is no longer true."))
    elif verb == "take":
        take(request, chosen)
    else:
        put_aside(request, chosen, dismissed=verb == "dismiss")


def named(verb: str, value: str, choice: Choice) -> list[Finding]:
    """The finding of that number, or all of that kind; to be taken, without those that the catalogue takes
    by itself on their day."""
    if value in Kind.values:
        rows = choice.findings().filter(kind=value)
        return [row for row in rows if verb != "take" or not is_noted(row)]
    number = value if value.isdecimal() and len(value) <= 18 else "0"
    return list(Finding.objects.filter(pk=number).select_related("provider", "endpoint__model"))


def take(request: HttpRequest, chosen: list[Finding]) -> None:
    done = async_to_sync(operations.take)(chosen, request.user)
    snapshot.refresh_if_changed()
    for name, error in done.failures.items():
        notes.error(request, f"{name}: {error_text(error)}")
    if done.taken:
        names = ", ".join(dict.fromkeys(finding.model for finding in chosen))
        text = ngettext(
            "%(count)d change was made: %(names)s.", "%(count)d changes were made: %(names)s.", done.taken
        )
        notes.success(request, text % {"count": done.taken, "names": shortened(names)})
    elif not done.failures:
        notes.warning(request, _("Nothing was done: it was decided meanwhile, or is no longer true."))


def put_aside(request: HttpRequest, chosen: list[Finding], *, dismissed: bool) -> None:
    count = operations.dismiss(chosen, request.user, dismissed=dismissed)
    text = (
        ngettext("%(count)d finding was dismissed.", "%(count)d findings were dismissed.", count)
        if dismissed
        else ngettext("%(count)d finding is back.", "%(count)d findings are back.", count)
    )
    notes.success(request, text % {"count": count})


def shortened(names: str) -> str:
    return names if len(names) <= 200 else f"{names[:200]}…"


def read_lists(request: HttpRequest, choice: Choice) -> None:
    """Read the lists of the chosen provider, or of all that are live, and say what came of it."""
    rows = Provider.objects.filter(enabled=True)
    rows = rows.filter(slug=choice.provider) if choice.provider else rows
    names = dict(rows.values_list("slug", "name"))
    reports = async_to_sync(operations.sync_all)(list(names))
    read = [names[slug] for slug, report in reports.items() if isinstance(report, SyncReport)]
    if read:
        notes.success(request, _("Lists were read: %(names)s.") % {"names": ", ".join(read)})
    skipped = []
    for slug, report in reports.items():
        if isinstance(report, Unavailable | Unsupported):
            skipped.append(names[slug])
        elif isinstance(report, PolyphonyError):
            notes.error(request, f"{names[slug]}: {error_text(report)}")
    if skipped:
        text = _("No list, or no key for it: %(names)s.")
        notes.info(request, text % {"names": ", ".join(skipped)})
    snapshot.refresh_if_changed()


def show(request: HttpRequest, choice: Choice, site: admin.AdminSite) -> HttpResponse:
    found = choice.findings()
    sections = [section_of(request, choice, found, kind) for kind in Kind]
    own = {
        "title": _("Catalogue review"),
        "choice": choice,
        "sections": [section for section in sections if section.count],
        "providers": Provider.objects.filter(findings__isnull=False).distinct(),
        "aside": Finding.objects.filter(dismissed=True).count(),
        "may_read": request.user.has_perm(DECIDES),
    }
    return TemplateResponse(request, "admin/core/provider/review.html", {**site.each_context(request), **own})
