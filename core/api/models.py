"""`GET models` and its kin: what exists, from the snapshot in memory."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from core.api.http import query
from core.api.http.json_response import answer
from core.api.http.request import caller
from core.api.serializers.models import (
    created,
    endpoints_object,
    features,
    first_ready,
    model_object,
    voice_objects,
)
from core.catalogue import lookup, snapshot
from core.catalogue.entries import ModelEntry
from core.contract.errors import InvalidRequest
from core.contract.tasks import Task

MOST = 1000
FARTHEST = 1_000_000


async def models(request: Request) -> Response:
    await caller(request)
    found = ordered(request, matching(request))
    offset = query.number(request, "offset", 0, 0, FARTHEST)
    limit = query.number(request, "limit", MOST, 1, MOST)
    page = found[offset : offset + limit]
    following = offset + limit
    return answer(
        {
            "object": "list",
            "data": [model_object(model) for model in page],
            "total_count": len(found),
            "links": {"next": address(request, following) if following < len(found) else None},
        }
    )


async def count(request: Request) -> Response:
    await caller(request)
    return answer({"data": {"count": len(matching(request))}})


async def model(request: Request) -> Response:
    """OpenAI's form: the object itself."""
    await caller(request)
    return answer(model_object(known(request.path_params["id"])))


async def wrapped_model(request: Request) -> Response:
    """OpenRouter's form: the object in `data`."""
    await caller(request)
    return answer({"data": model_object(known(request.path_params["id"]))})


async def endpoints(request: Request) -> Response:
    await caller(request)
    return answer({"data": endpoints_object(known(request.path_params["id"]))})


async def audio_models(request: Request) -> Response:
    await caller(request)
    found = [entry for entry in visible() if Task.SPEECH in entry.tasks]
    return answer({"models": [{"id": entry.slug, "name": entry.name} for entry in found]})


async def voices(request: Request) -> Response:
    """Voices of one model, or of all."""
    await caller(request)
    name = query.text(request, "model")
    return answer({"voices": voice_objects([known(name)] if name else visible())})


async def providers(request: Request) -> Response:
    await caller(request)
    shown = [entry for entry in snapshot.current().providers.values() if entry.enabled]
    return answer(
        {
            "data": [
                {
                    "name": entry.name,
                    "slug": entry.slug,
                    "privacy_policy_url": None,
                    "terms_of_service_url": None,
                    "status_page_url": None,
                    "website": entry.website or None,
                }
                for entry in sorted(shown, key=lambda entry: entry.slug)
            ]
        }
    )


def known(slug: str) -> ModelEntry:
    """The model of that name. Raises `ModelNotFound`, and `ModelRetired` naming the replacement."""
    found = lookup.get(slug)
    if found.retired():
        raise lookup.model_retired(found)
    return found


def visible() -> list[ModelEntry]:
    """Models that can be asked for, by name; those shut down are told about only when asked."""
    entries = snapshot.current().models.values()
    return sorted((entry for entry in entries if entry.visible and not entry.retired()), key=by_slug)


def matching(request: Request) -> list[ModelEntry]:
    """What the filters leave."""
    tests: list[Callable[[ModelEntry], bool]] = []
    outputs = query.words(request, "output_modalities") - {"all"}
    inputs = query.words(request, "input_modalities") - {"all"}
    wanted = query.words(request, "supported_parameters")
    served = query.words(request, "providers")
    context = query.number(request, "context", 0, 0, 10**9)
    sought = query.text(request, "q").casefold()
    if outputs:
        tests.append(lambda entry: not outputs.isdisjoint(entry.output_modalities))
    if inputs:
        tests.append(lambda entry: inputs <= set(entry.input_modalities))
    if wanted:
        tests.append(lambda entry: wanted <= set(features(entry)))
    if served:
        tests.append(
            lambda entry: any(end.visible and end.provider.slug in served for end in entry.endpoints)
        )
    if context:
        tests.append(lambda entry: (entry.context_length or 0) >= context)
    if sought:
        tests.append(lambda entry: sought in f"{entry.slug} {entry.name} {entry.description}".casefold())
    return [entry for entry in visible() if all(test(entry) for test in tests)]


def by_slug(entry: ModelEntry) -> str:
    return entry.slug


def amounts(entry: ModelEntry) -> list[Decimal]:
    best = first_ready(entry)
    return [price.usd_per_unit for price in best.prices] if best else []


def cheapest(entry: ModelEntry) -> Decimal:
    return min(amounts(entry), default=Decimal("Infinity"))


def dearest(entry: ModelEntry) -> Decimal:
    return max(amounts(entry), default=Decimal(-1))


ORDERS: dict[str, tuple[Callable[[ModelEntry], Any], bool]] = {
    "newest": (created, True),
    "pricing-low-to-high": (cheapest, False),
    "pricing-high-to-low": (dearest, True),
    "context-high-to-low": (lambda entry: entry.context_length or 0, True),
}
"""Those of OpenRouter's orders that a catalogue can tell; unpriced models come last in both price orders."""


def ordered(request: Request, entries: list[ModelEntry]) -> list[ModelEntry]:
    name = query.text(request, "sort")
    if not name:
        return entries
    if name not in ORDERS:
        raise InvalidRequest(f"sort must be one of {', '.join(ORDERS)}.", param="sort")
    key, reverse = ORDERS[name]
    return sorted(entries, key=key, reverse=reverse)


def address(request: Request, offset: int) -> str:
    """This list from another offset on, as a path."""
    fields = [(key, value) for key, value in request.query_params.multi_items() if key != "offset"]
    return f"{request.url.path}?{urlencode([*fields, ('offset', offset)])}"
