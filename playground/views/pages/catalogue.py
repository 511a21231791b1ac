"""The page of all models: those that work now, the rest folded, by task and with filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.catalogue.listing import Filters, Listing, has_any, listings
from core.catalogue.snapshot import current
from core.models import User
from playground.studios.cards import groups
from playground.studios.own_models import own_models
from playground.tasks import LABELS

MENUS = ("input", "output", "provider", "price")
"""Filters that are folded on a narrow screen."""

MODALITIES = {
    "text": _("Text"),
    "image": _("Images"),
    "file": _("Files (PDF)"),
    "audio": _("Audio"),
    "video": _("Video"),
    "speech": _("Speech"),
    "transcription": _("Transcripts"),
    "embeddings": _("Embeddings"),
}


@login_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    mine, query = own_models(user), filters(request.GET)
    others = listings(replace(query, tasks=frozenset()))
    if "favourites" in request.GET:
        others = [entry for entry in others if entry.model.slug in mine.favourites]
    found = [entry for entry in others if has_any(query.tasks, entry.model.tasks)]
    context = {
        "groups": groups(mine.sorted(found), mine),
        "tabs": task_tabs(others, request.GET),
        "count": len(found),
        "filters": request.GET,
        "filtered": any(request.GET.get(name) for name in (*MENUS, "q", "favourites")),
        "narrowed": sum(bool(request.GET.get(name)) for name in MENUS),
        **choices(),
    }
    return render(request, "playground/catalogue.html", context)


def task_tabs(entries: Sequence[Listing], query: QueryDict) -> list[dict[str, Any]]:
    """A tab for all tasks, whose `task` is empty, and one for each."""
    counts = Counter(task for entry in entries for task in entry.model.tasks)
    rows = [("", _("All"), "", len(entries))]
    rows += [(task.value, label, icon, counts[task]) for task, (icon, label) in LABELS.items()]
    chosen = query.get("task", "")
    return [
        {
            "task": task,
            "label": label,
            "icon": icon,
            "count": count,
            "url": task_url(query, task),
            "open": task == chosen,
        }
        for task, label, icon, count in rows
    ]


def task_url(query: QueryDict, task: str) -> str:
    """This page with another task and the same filters."""
    changed = query.copy()
    changed.pop("task", None)
    if task:
        changed["task"] = task
    return f"?{changed.urlencode()}"


def filters(query: QueryDict) -> Filters:
    """The filters in the URL's query; unknown values match nothing."""
    return Filters(
        query=query.get("q", "")[:200],
        tasks=values(query, "task"),
        inputs=values(query, "input"),
        outputs=values(query, "output"),
        providers=values(query, "provider"),
        max_price=price(query.get("price", "")),
    )


def values(query: QueryDict, name: str) -> frozenset[str]:
    return frozenset(value for value in query.getlist(name) if value)


def price(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def choices() -> dict[str, Any]:
    shown = [entry.model for entry in listings(Filters(retired=False))]
    inputs = {name for model in shown for name in model.input_modalities}
    outputs = {name for model in shown for name in model.output_modalities}
    providers = [provider for provider in current().providers.values() if provider.enabled]
    return {
        "input_choices": [(name, label) for name, label in MODALITIES.items() if name in inputs],
        "output_choices": [(name, label) for name, label in MODALITIES.items() if name in outputs],
        "provider_choices": sorted((provider.slug, _(provider.name)) for provider in providers),
    }
