"""What the chat's page shows of a model, as HTML: the page puts it in place of another model's."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.catalogue import lookup
from core.catalogue.listing import Listing, listing
from core.contract.errors import ModelNotFound
from core.contract.tasks import Task
from playground.studios import chat
from playground.studios.cards import model_url
from playground.views.pages.model import head
from playground.views.pages.tabs import PLAYGROUND, tab_links, tab_tasks


@login_required
@require_safe
def chat_model(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        entry = listing(lookup.get(slug))
    except ModelNotFound as error:
        raise Http404 from error
    if Task.CHAT not in entry.model.tasks:
        raise Http404
    context = {
        **head(entry),
        **chat.of_model(entry),
        "described": chat.FACTS.described,
        "tab": PLAYGROUND,
        "tabs": tab_links(entry, PLAYGROUND, Task.CHAT),
    }
    context["facts"] = facts(entry, context)
    return render(request, "playground/tabs/chat-model.html", context)


def facts(entry: Listing, context: dict[str, Any]) -> dict[str, Any]:
    """`address` is that of the model's own page with the chat open."""
    first = tab_tasks(entry)[0]
    query = "" if first is Task.CHAT else f"?task={Task.CHAT}"
    return {
        "slug": entry.model.slug,
        "address": model_url(entry.model.slug) + query,
        "ready": entry.ready,
        "accepts": context["accepts"],
    }
