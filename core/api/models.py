"""`GET models`, endpoints, voices and providers, from the catalogue snapshot in memory."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from core.access import admission
from core.api.http import query
from core.api.http.authentication import authenticate
from core.api.http.json_response import json_response
from core.api.serializers.models import (
    best_endpoint,
    created,
    endpoints_object,
    features,
    model_object,
    voice_objects,
)
from core.catalogue import lookup, snapshot
from core.catalogue.entries import ModelEntry
from core.contract.errors import InvalidRequest
from core.contract.requests import Caller
from core.contract.tasks import Task

MAX_LIMIT = 1000
MAX_OFFSET = 1_000_000


async def models(request: Request) -> Response:
    await authenticate(request)
    return list_response(request, filtered(request))


async def user_models(request: Request) -> Response:
    """The listed models that the caller's key may be used with."""
    caller = await authenticate(request)
    return list_response(request, [model for model in filtered(request) if permits(caller, model)])


def permits(caller: Caller, model: ModelEntry) -> bool:
    return admission.permits_model(caller, model.slug, model.tasks)


def list_response(request: Request, entries: list[ModelEntry]) -> Response:
    """One page of the models in the order that the query asks for."""
    found = ordered(request, entries)
    offset = query.integer(request, "offset", 0, 0, MAX_OFFSET)
    limit = query.integer(request, "limit", MAX_LIMIT, 1, MAX_LIMIT)
    page = found[offset : offset + limit]
    following = offset + limit
    return json_response(
        {
            "object": "list",
            "data": [model_object(model) for model in page],
            "total_count": len(found),
            "links": {"next": page_path(request, following) if following < len(found) else None},
        }
    )


async def count(request: Request) -> Response:
    await authenticate(request)
    return json_response({"data": {"count": len(filtered(request))}})


async def model(request: Request) -> Response:
    """OpenAI's format: the object itself."""
    await authenticate(request)
    return json_response(model_object(find_model(request.path_params["id"])))


async def wrapped_model(request: Request) -> Response:
    """OpenRouter's format: the object in `data`."""
    await authenticate(request)
    return json_response({"data": model_object(find_model(request.path_params["id"]))})


async def endpoints(request: Request) -> Response:
    await authenticate(request)
    return json_response({"data": endpoints_object(find_model(request.path_params["id"]))})


async def audio_models(request: Request) -> Response:
    """Models that speak: in `data` as in every list, in `models` as Open WebUI reads them."""
    await authenticate(request)
    found = [entry for entry in visible() if Task.SPEECH in entry.tasks]
    return json_response(
        {
            "object": "list",
            "data": [model_object(model) for model in found],
            "models": [{"id": entry.slug, "name": entry.name} for entry in found],
        }
    )


async def embedding_models(request: Request) -> Response:
    """Models that make vectors, as OpenRouter's clients ask for them."""
    await authenticate(request)
    return list_response(request, [entry for entry in visible() if Task.EMBEDDING in entry.tasks])


async def voices(request: Request) -> Response:
    """Voices of one model, or of all."""
    await authenticate(request)
    name = query.text(request, "model")
    return json_response({"voices": voice_objects([find_model(name)] if name else visible())})


async def providers(request: Request) -> Response:
    await authenticate(request)
    enabled = [entry for entry in snapshot.current().providers.values() if entry.enabled]
    return json_response(
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
                for entry in sorted(enabled, key=lambda entry: entry.slug)
            ]
        }
    )


def find_model(slug: str) -> ModelEntry:
    """The model that answers for that name. Raises `ModelNotFound` or `ModelRetired`."""
    found = lookup.get(lookup.canonical(slug))
    if found.retired():
        raise lookup.model_retired(found)
    return found


def visible() -> list[ModelEntry]:
    """Models that are listed, ordered by slug; retired ones are left out."""
    entries = snapshot.current().models.values()
    return sorted((entry for entry in entries if entry.visible and not entry.retired()), key=by_slug)


def filtered(request: Request) -> list[ModelEntry]:
    """The listed models that match the filters of the query string."""
    tests: list[Callable[[ModelEntry], bool]] = []
    outputs = query.comma_list(request, "output_modalities") - {"all"}
    inputs = query.comma_list(request, "input_modalities") - {"all"}
    parameters = query.comma_list(request, "supported_parameters")
    slugs = query.comma_list(request, "providers")
    context = query.integer(request, "context", 0, 0, 10**9)
    text = query.text(request, "q").casefold()
    if outputs:
        tests.append(lambda entry: not outputs.isdisjoint(entry.output_modalities))
    if inputs:
        tests.append(lambda entry: inputs <= set(entry.input_modalities))
    if parameters:
        tests.append(lambda entry: parameters <= set(features(entry)))
    if slugs:
        tests.append(lambda entry: any(end.visible and end.provider.slug in slugs for end in entry.endpoints))
    if context:
        tests.append(lambda entry: (entry.context_length or 0) >= context)
    if text:
        tests.append(lambda entry: text in f"{entry.slug} {entry.name} {entry.description}".casefold())
    return [entry for entry in visible() if all(test(entry) for test in tests)]


def by_slug(entry: ModelEntry) -> str:
    return entry.slug


def unit_prices(entry: ModelEntry) -> list[Decimal]:
    best = best_endpoint(entry)
    return [price.usd_per_unit for price in best.known_prices] if best else []


def lowest_price(entry: ModelEntry) -> Decimal:
    return min(unit_prices(entry), default=Decimal("Infinity"))


def highest_price(entry: ModelEntry) -> Decimal:
    return max(unit_prices(entry), default=Decimal(-1))


ORDERS: dict[str, tuple[Callable[[ModelEntry], Any], bool]] = {
    "newest": (created, True),
    "pricing-low-to-high": (lowest_price, False),
    "pricing-high-to-low": (highest_price, True),
    "context-high-to-low": (lambda entry: entry.context_length or 0, True),
}
"""OpenRouter's `sort` values that the catalogue has data for; unpriced models come last by price."""


def ordered(request: Request, entries: list[ModelEntry]) -> list[ModelEntry]:
    name = query.text(request, "sort")
    if not name:
        return entries
    if name not in ORDERS:
        raise InvalidRequest(f"sort must be one of {', '.join(ORDERS)}.", param="sort")
    key, reverse = ORDERS[name]
    return sorted(entries, key=key, reverse=reverse)


def page_path(request: Request, offset: int) -> str:
    """The path and query of this list from another offset on."""
    fields = [(key, value) for key, value in request.query_params.multi_items() if key != "offset"]
    return f"{request.url.path}?{urlencode([*fields, ('offset', offset)])}"
