"""The page of a model; its tabs are in `tabs`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from core.catalogue import lookup
from core.catalogue.listing import Listing, listing
from core.contract.errors import ModelNotFound
from playground import names
from playground.studios.cards import card, model_url
from playground.views.pages.tabs import PLAYGROUND, TABS, tab_links


@login_required
@require_safe
def model(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        entry = listing(lookup.get(slug))
    except ModelNotFound as error:
        near = error.metadata.get("near_models", [])
        context = {"slug": slug, "near": [(name, model_url(name)) for name in near]}
        return render(request, "playground/model_unknown.html", context, status=404)
    if entry.model.slug != slug:
        return redirect(model_url(entry.model.slug))
    name = request.GET.get("tab", PLAYGROUND)
    if name not in TABS:
        raise Http404
    context = {
        **head(entry),
        "tab": name,
        "names": names.page_names(entry),
        **TABS[name].context(request, entry),
    }
    context["tabs"] = tab_links(entry, name, context.get("studio"))
    return render(request, "playground/model.html", context)


def head(entry: Listing) -> dict[str, Any]:
    """What every page of a model says of it."""
    return {
        "entry": entry,
        "model": entry.model,
        "card": card(entry),
        "replacement_url": model_url(entry.model.replacement) if lookup.find(entry.model.replacement) else "",
        "described": True,
    }
