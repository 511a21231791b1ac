"""Finds what differs between a provider's list and the catalogue, and keeps it until an admin decides.

A finding that is no longer true is deleted. A dismissed one stays dismissed until the list says something
else: another price, another day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from core.catalogue.seed.prices import SheetAmounts, sheets_in_force
from core.contract.usage import Kind, Price, Unit
from core.models import Endpoint, Finding, Provider
from core.operations import model_list
from core.operations.catalogue_rows import bare_id, described
from core.operations.model_list import ModelRow

HORIZON = timedelta(days=60)
"""How long before its last day a model is reported."""

PLACES = Decimal("1e-14")
"""The decimal places of a stored price."""

Line = tuple[str, str, str, Mapping[str, Any]]
"""A price as JSON: kind, unit, USD per unit, condition."""


def detect(provider: Provider, listed: Mapping[str, ModelRow]) -> list[Finding]:
    """All that differs; `listed` are the provider's rows by bare id. Blocking.

    Endpoints that are switched off and models that are retired are left alone.
    """
    endpoints = list(provider.endpoints.select_related("model").order_by("model__slug"))
    known = {bare_id(endpoint.upstream_id) for endpoint in endpoints}
    new = (new_model(provider, listed[id]) for id in sorted(listed.keys() - known))
    found = [finding for finding in new if finding is not None]
    live = [row for row in endpoints if row.enabled and row.model.enabled and not row.model.retired()]
    sheets = sheets_in_force(live, timezone.now())
    for endpoint in live:
        found += endpoint_findings(endpoint, listed.get(bare_id(endpoint.upstream_id)), sheets[endpoint.pk])
    return found


def new_model(provider: Provider, row: ModelRow) -> Finding | None:
    """None where it cannot be a model here."""
    slug, model = described(provider, row)
    if model is None:
        return None
    facts = ("tasks", "input_modalities", "output_modalities")
    detail = {name: model.values[name] for name in facts} | {"prices": lines(model.prices)}
    return Finding(provider=provider, kind=Finding.Kind.NEW, upstream_id=row["id"], model=slug, detail=detail)


def endpoint_findings(endpoint: Endpoint, row: ModelRow | None, sheet: SheetAmounts) -> Iterator[Finding]:
    """Of an endpoint whose option `listed` is false nothing is missed: ElevenLabs lists no models that
    transcribe."""
    if row is None and endpoint.options.get("listed", True):
        yield finding(endpoint, Finding.Kind.GONE, {})
        return
    last = (row and model_list.last_day(row)) or endpoint.model.shutdown_at
    if last is not None and last <= timezone.now().date() + HORIZON:
        detail = {"day": last.isoformat(), "replacement": replacement(endpoint, row)}
        yield finding(endpoint, Finding.Kind.SHUTDOWN, detail)
    changed = changed_prices(model_list.listed_prices(row), sheet) if row is not None else []
    if changed:
        old = [price for price in in_force(sheet) if any(same_line(price, other) for other in changed)]
        detail = {"old": lines(old), "new": lines(changed)}
        yield finding(endpoint, Finding.Kind.PRICE, detail)


def replacement(endpoint: Endpoint, row: ModelRow | None) -> str:
    """The slug of the model to ask afterwards: the catalogue's, else that of the provider's own choice."""
    named = str((row and row.get("replacement")) or "")
    if endpoint.model.replacement or not named:
        return endpoint.model.replacement
    found = Endpoint.objects.filter(provider=endpoint.provider, upstream_id=named).exclude(
        model=endpoint.model
    )
    return found.values_list("model__slug", flat=True).first() or ""


def finding(endpoint: Endpoint, kind: Finding.Kind, detail: dict[str, Any]) -> Finding:
    return Finding(
        provider=endpoint.provider,
        kind=kind,
        upstream_id=endpoint.upstream_id,
        model=endpoint.model.slug,
        endpoint=endpoint,
        detail=detail,
    )


def changed_prices(listed: Iterable[Price], sheet: SheetAmounts) -> list[Price]:
    """The listed prices that are not in force; what costs nothing and has no line is as it was."""
    listed = list(listed)
    if not sheet:
        return [price for price in listed if model_list.is_essential(price)]
    return [
        price
        for price in listed
        if sheet.get(price_key(price), Decimal(0)) != price.usd_per_unit.quantize(PLACES)
    ]


def price_key(price: Price) -> tuple[str, str, str]:
    return price.kind.value, price.unit.value, json.dumps(dict(price.condition), sort_keys=True)


def in_force(sheet: SheetAmounts) -> list[Price]:
    return [
        Price(Kind(kind), Unit(unit), amount, json.loads(condition))
        for (kind, unit, condition), amount in sheet.items()
    ]


def same_line(one: Price, other: Price) -> bool:
    return price_key(one) == price_key(other)


def lines(prices: Iterable[Price]) -> list[Line]:
    """Prices as JSON, which `prices_of` reads."""
    return [
        (price.kind.value, price.unit.value, f"{price.usd_per_unit.normalize():f}", dict(price.condition))
        for price in prices
    ]


def prices_of(stored: Iterable[Line]) -> list[Price]:
    return [
        Price(Kind(kind), Unit(unit), Decimal(amount), condition) for kind, unit, amount, condition in stored
    ]


def last_day_of(row: Finding) -> date:
    """The day on which a model is shut down."""
    return date.fromisoformat(row.detail["day"])


def keep(provider: Provider, found: Iterable[Finding]) -> list[Finding]:
    """Store what is found in place of what was; those that nobody dismissed. Blocking, in a transaction."""
    before = {identity(row): row for row in provider.findings.all()}
    kept, fresh, stale = [], [], []
    for row in found:
        row.detail = json.loads(json.dumps(row.detail))  # as it will be read: lists, no tuples
        old = before.pop(identity(row), None)
        if old is None:
            fresh.append(row)
        elif old.detail != row.detail:
            old.detail, old.dismissed = row.detail, old.dismissed and row.kind == Finding.Kind.NEW
            stale.append(old)
        kept.append(old or row)
    Finding.objects.filter(pk__in=[row.pk for row in before.values()]).delete()
    Finding.objects.bulk_create(fresh)
    Finding.objects.bulk_update(stale, ["detail", "dismissed"])
    return [row for row in kept if not row.dismissed]


def identity(row: Finding) -> tuple[str, str, str]:
    return row.kind, row.upstream_id, row.model
