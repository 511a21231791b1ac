"""The page with the models that a provider lists, from which an admin imports those that are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from django.contrib import admin
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core import operations
from core.admin.audit import LONGEST_SEARCH
from core.catalogue import prices, snapshot
from core.contract.errors import PolyphonyError
from core.contract.tasks import Task
from core.models import Provider
from core.operations import ImportReport, Offer
from core.operations.connection import error_text

PAGE = 100
RIGHTS = ("core.view_provider", "core.add_aimodel", "core.add_endpoint", "core.add_price")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page."""

    offer: Offer

    @property
    def tasks(self) -> str:
        return ", ".join(self.offer.model.values["tasks"]) if self.offer.model else ""

    @property
    def modalities(self) -> str:
        """`text, image → text`."""
        if self.offer.model is None:
            return ""
        sides = (self.offer.model.values[f"{side}_modalities"] for side in ("input", "output"))
        return " → ".join(", ".join(side) for side in sides)

    @property
    def context(self) -> str:
        tokens = self.offer.model.values.get("context_length") if self.offer.model else None
        return f"{tokens:,}" if tokens else ""

    @property
    def price(self) -> str:
        if self.offer.model is None:
            return ""
        return prices.summary(self.offer.model.prices, Task(self.offer.model.values["tasks"][0]))


def urls(site: admin.AdminSite) -> list[Any]:
    """Routes below the list of providers."""

    def page(request: HttpRequest, pk: int) -> HttpResponse:
        return show_or_import(request, pk, site)

    view = site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(page))
    return [path("<int:pk>/models/", view, name="core_provider_models")]


def show_or_import(request: HttpRequest, pk: int, site: admin.AdminSite) -> HttpResponse:
    if not request.user.has_perms(RIGHTS):
        raise PermissionDenied
    provider = get_object_or_404(Provider, pk=pk)
    search = (request.POST or request.GET).get("q", "").strip()[:LONGEST_SEARCH]
    wanted = request.POST.get("action", "")
    try:
        listed = async_to_sync(operations.offers)(provider.slug, anew=wanted == "refresh")
    except PolyphonyError as error:
        return show_error(request, provider, error, site)
    found = [offer for offer in listed if matches(offer, search)]
    if request.method == "POST":
        if wanted != "refresh":
            ids = chosen(request, found)
            report(request, async_to_sync(operations.import_models)(provider.slug, ids, request.user))
            snapshot.refresh_if_changed()
        return redirect(f"{request.path}?{urlencode({'q': search})}" if search else request.path)
    return show(request, provider, listed, found, search, site)


def matches(offer: Offer, search: str) -> bool:
    """Whether every word of the search is in what the page shows of the model."""
    row = Row(offer)
    name = offer.model.values["name"] if offer.model else ""
    text = f"{offer.id} {offer.slug} {name} {row.tasks} {row.modalities} {row.price}".casefold()
    return all(word in text for word in search.casefold().split())


def chosen(request: HttpRequest, found: list[Offer]) -> list[str]:
    """The ids with a tick, or all that the filter leaves."""
    if request.POST.get("action") == "all":
        return [offer.id for offer in found]
    return request.POST.getlist("model")


def report(request: HttpRequest, done: ImportReport) -> None:
    """Say what came of it; what has no price is named."""
    count = len(done.imported)
    if not count:
        notes.warning(request, _("Nothing was imported: no model was chosen that the catalogue lacks."))
        return
    text = ngettext("%(count)d model was imported.", "%(count)d models were imported.", count)
    notes.success(request, text % {"count": count})
    if unpriced := len(done.unpriced):
        text = ngettext(
            "%(count)d of them has no price: its use is recorded as unpriced until you enter one.",
            "%(count)d of them have no price: their use is recorded as unpriced until you enter one.",
            unpriced,
        )
        notes.warning(request, text % {"count": unpriced})


def show(
    request: HttpRequest,
    provider: Provider,
    listed: list[Offer],
    found: list[Offer],
    search: str,
    site: admin.AdminSite,
) -> HttpResponse:
    page = Paginator(found, PAGE).get_page(request.GET.get("p"))
    new = [offer for offer in found if offer.importable]
    context = {
        "listed": len(listed),
        "found": len(found),
        "new": len(new),
        "unpriced": sum(not offer.model.prices for offer in new if offer.model),
        "rows": [Row(offer) for offer in page],
        "page": page,
        "pages": page_links(page, search),
        "search": search,
    }
    return respond(request, provider, context, site)


def page_links(page: Page[Offer], search: str) -> list[tuple[int, str]]:
    """Number and query of every page; none where there is one page only."""
    numbers = page.paginator.page_range if page.paginator.num_pages > 1 else range(0)
    return [(number, urlencode({"q": search, "p": number})) for number in numbers]


def show_error(
    request: HttpRequest, provider: Provider, error: PolyphonyError, site: admin.AdminSite
) -> HttpResponse:
    context = {"error": error_text(error), "words": getattr(error, "words", "")}
    return respond(request, provider, context, site)


def respond(
    request: HttpRequest, provider: Provider, context: dict[str, Any], site: admin.AdminSite
) -> HttpResponse:
    title = _("Models of %(provider)s") % {"provider": provider}
    own = {
        "title": title,
        "provider": provider,
        "self": reverse("admin:core_provider_models", args=[provider.pk]),
    }
    return TemplateResponse(
        request, "admin/core/provider/models.html", {**site.each_context(request), **own, **context}
    )
