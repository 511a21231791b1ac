"""Compares the catalogue with what a live provider lists; adds, never deletes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.contract.errors import Unsupported
from core.models import AIModel, AuditEvent, Endpoint, Price, Provider, Version
from core.models.catalogue import MODEL_SLUG
from core.models.offload import offload
from core.models.version import bump
from core.operations import model_list
from core.operations.connection import find, target_of
from core.operations.model_list import ListedModel
from core.providers import registry

RESOLD = 20
"""Priority of an endpoint found in a list: asked after those somebody wrote down."""


@dataclass(slots=True)
class SyncReport:
    """Model slugs, except `unknown`: upstream ids the catalogue lacks and that were not added."""

    provider: str
    confirmed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)


async def sync_models(slug: str, *, add: bool = False) -> SyncReport:
    """Ask the provider for its list and compare.

    Models of a list that tells modalities and prices are added; those of a bare list only with `add`. Raises
    `NotFound`, `Unavailable` without a key, `Unsupported` on a wire that has no list, `UpstreamError`.
    """
    entry = await find(slug)
    adapter = registry.adapter(entry.wire) if entry.wire in registry.WIRES else None
    if not hasattr(adapter, "listing"):
        raise Unsupported(f"{entry.name} speaks a wire without a list of models.")
    target = target_of(entry)
    rows = await adapter.listing(target)
    if any(model_list.has_details(row) for row in rows):
        # such lists show models that write text unless they are asked for all
        rows = await adapter.listing(target, "?output_modalities=all")
    return await offload(compare, slug, rows, add)


def compare(slug: str, rows: Iterable[Mapping[str, Any]], add: bool) -> SyncReport:
    """Write what is to be added in one transaction and report. Blocking."""
    report = SyncReport(slug)
    offered = {bare(row["id"]): row for row in rows}
    with transaction.atomic():
        provider = Provider.objects.get(slug=slug)
        known = set()
        for endpoint in provider.endpoints.select_related("model").order_by("model__slug"):
            known.add(bare(endpoint.upstream_id))
            there = bare(endpoint.upstream_id) in offered
            (report.confirmed if there else report.gone).append(endpoint.model.slug)
        for upstream_id in sorted(offered.keys() - known):
            admit(provider, offered[upstream_id], add, report)
        if report.added:
            detail = {"models": report.added[:100]}
            AuditEvent.objects.create(action="models.synced", subject=slug, detail=detail)
            bump(Version.CATALOGUE)
    return report


def admit(provider: Provider, row: Mapping[str, Any], add: bool, report: SyncReport) -> None:
    """Add the model of one row, or note that it is unknown."""
    if model_list.has_details(row):
        found, slug = model_list.model_from_details(row), row["id"]
    else:
        found, slug = (
            (model_list.model_from_name(row, provider.name) if add else None),
            f"{provider.slug}/{row['id']}",
        )
    if found is None or not valid(slug):
        report.unknown.append(row["id"])
        return
    write(provider, slug, found)
    report.added.append(slug)


def write(provider: Provider, slug: str, found: ListedModel) -> None:
    model, _ = AIModel.objects.get_or_create(slug=slug, defaults=dict(found.values))
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id=found.id, priority=RESOLD)
    Price.objects.bulk_create(
        Price(
            endpoint=endpoint,
            kind=price.kind,
            unit=price.unit,
            usd_per_unit=price.usd_per_unit,
            condition=price.condition,
        )
        for price in found.prices
    )


def valid(slug: str) -> bool:
    try:
        MODEL_SLUG(slug)
    except ValidationError:
        return False
    return len(slug) <= 160


def bare(upstream_id: str) -> str:
    """Google's lists put `models/` before every id."""
    return upstream_id.removeprefix("models/")
