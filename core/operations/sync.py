"""Compares the catalogue with the list of a live provider; adds models, never deletes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from core.contract.errors import Unsupported
from core.models import AIModel, AuditEvent, Endpoint, Price, Provider, Version
from core.models.catalogue import MODEL_SLUG
from core.models.offload import offload
from core.models.version import bump
from core.operations import model_list
from core.operations.connection import find_provider, provider_target
from core.operations.model_list import ListedModel, ModelRow
from core.operations.voices import add_voices
from core.providers import registry
from core.providers.base import ListedVoice, ModelDetailsAdapter, VoiceListAdapter

RESOLD = 20
"""Priority of an endpoint added from a list: after the seed's and an admin's own."""


@dataclass(slots=True)
class SyncReport:
    """Model slugs, except `unknown`: upstream ids the catalogue lacks and that were not added.

    `voices` are names of voices that were added to the provider's models.
    """

    provider: str
    confirmed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    voices: list[str] = field(default_factory=list)


async def sync_models(slug: str, *, add: bool = False) -> SyncReport:
    """Fetch the provider's list and compare.

    Models of a list with modalities and prices are added; those of a list of ids only with `add`. Raises
    `NotFound`, `Unavailable` without a key, `Unsupported` on a wire that has no list, `UpstreamError`.
    """
    entry = await find_provider(slug)
    adapter = registry.adapter(entry.wire) if entry.wire in registry.WIRES else None
    if not isinstance(adapter, ModelDetailsAdapter):
        raise Unsupported(f"{entry.name} speaks a wire without a list of models.")
    target = provider_target(entry)
    rows = await adapter.listing(target)
    if any(model_list.has_details(row) for row in rows):
        # without the filter OpenRouter lists only models with text output
        rows = await adapter.listing(target, "?output_modalities=all")
    voices = await adapter.voices(target) if isinstance(adapter, VoiceListAdapter) else ()
    return await offload(compare, slug, rows, add, voices)


def compare(slug: str, rows: Iterable[ModelRow], add: bool, voices: Iterable[ListedVoice] = ()) -> SyncReport:
    """Add what is to be added in one transaction and report. Blocking.

    An endpoint whose option `listed` is false is not missed: ElevenLabs lists no models that transcribe.
    """
    report = SyncReport(slug)
    listed = {bare_id(row["id"]): row for row in rows}
    with transaction.atomic():
        provider = Provider.objects.get(slug=slug)
        known = set()
        for endpoint in provider.endpoints.select_related("model").order_by("model__slug"):
            known.add(bare_id(endpoint.upstream_id))
            present = bare_id(endpoint.upstream_id) in listed
            if present or endpoint.options.get("listed", True):
                (report.confirmed if present else report.gone).append(endpoint.model.slug)
        for upstream_id in sorted(listed.keys() - known):
            add_listed(provider, listed[upstream_id], add, report)
        report.voices = add_voices(slug, voices)
        if report.added or report.voices:
            detail = {"models": report.added[:100]}
            if report.voices:
                detail["voices"] = report.voices[:100]
            AuditEvent.objects.create(action="models.synced", subject=slug, detail=detail)
            bump(Version.CATALOGUE)
    return report


def add_listed(provider: Provider, row: ModelRow, add: bool, report: SyncReport) -> None:
    """Add the model of one row, or note that it is unknown."""
    if model_list.has_details(row):
        slug, model = row["id"], model_list.model_from_details(row)
    else:
        slug = f"{provider.slug}/{row['id']}"
        model = model_list.model_from_name(row, provider.name) if add else None
    if model is None or not is_slug(slug):
        report.unknown.append(row["id"])
        return
    create_rows(provider, slug, model)
    report.added.append(slug)


def create_rows(provider: Provider, slug: str, listed: ListedModel) -> None:
    model, _ = AIModel.objects.get_or_create(slug=slug, defaults=dict(listed.values))
    endpoint = Endpoint.objects.create(model=model, provider=provider, upstream_id=listed.id, priority=RESOLD)
    Price.objects.bulk_create(
        Price(
            endpoint=endpoint,
            kind=price.kind,
            unit=price.unit,
            usd_per_unit=price.usd_per_unit,
            condition=price.condition,
        )
        for price in listed.prices
    )


def is_slug(slug: str) -> bool:
    try:
        MODEL_SLUG(slug)
    except ValidationError:
        return False
    return len(slug) <= 160


def bare_id(upstream_id: str) -> str:
    """Google's lists put `models/` before every id."""
    return upstream_id.removeprefix("models/")
