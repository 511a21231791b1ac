"""The page of the catalogue: all models by task, with filters."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.catalogue.listing import Filters, listings
from core.catalogue.snapshot import current
from playground.studios.cards import sections
from playground.tasks import LABELS

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
    query = filters(request.GET)
    found = listings(query)
    context = {
        "sections": sections(found),
        "count": len(found),
        "total": len(listings()),
        "filters": request.GET,
        "passwordless": not request.user.has_usable_password(),
        "filtered": query != Filters(retired=False),
        **choices(),
    }
    return render(request, "playground/catalogue.html", context)


def filters(query: QueryDict) -> Filters:
    """The filters in the URL's query; unknown values match nothing."""
    return Filters(
        query=query.get("q", "")[:200],
        tasks=values(query, "task"),
        inputs=values(query, "input"),
        outputs=values(query, "output"),
        providers=values(query, "provider"),
        max_price=price(query.get("price", "")),
        ready="ready" in query,
        retired="retired" in query,
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
    shown = [entry.model for entry in listings()]
    inputs = {name for model in shown for name in model.input_modalities}
    outputs = {name for model in shown for name in model.output_modalities}
    providers = [provider for provider in current().providers.values() if provider.enabled]
    return {
        "task_choices": [(task.value, label) for task, (_icon, label) in LABELS.items()],
        "input_choices": [(name, label) for name, label in MODALITIES.items() if name in inputs],
        "output_choices": [(name, label) for name, label in MODALITIES.items() if name in outputs],
        "provider_choices": sorted((provider.slug, _(provider.name)) for provider in providers),
    }
