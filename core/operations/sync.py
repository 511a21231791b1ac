"""Compares the catalogue with the lists of live providers; what differs is kept for an admin to review."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from core.contract.errors import PolyphonyError, Unsupported
from core.contract.route import Target
from core.models import AuditEvent, Finding, Provider, Version
from core.models.offload import offload
from core.models.version import bump
from core.operations import findings, model_list
from core.operations.catalogue_rows import bare_id, create_rows, described
from core.operations.connection import call_with_keys, find_provider, provider_target
from core.operations.model_list import ModelRow
from core.operations.voices import add_voices, update_samples
from core.providers import registry
from core.providers.base import ListedVoice, ModelDetailsAdapter, VoiceListAdapter


@dataclass(slots=True)
class SyncReport:
    """What a provider's list says beside the catalogue.

    `confirmed` are slugs of models that are listed, `unknown` upstream ids that cannot be models here,
    `added` slugs of models that were added because the caller asked for that. `voices` are names of voices
    that were added to the provider's models. `findings` are all that differs, without those dismissed.
    """

    provider: str
    confirmed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    voices: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


async def sync_all(slugs: Collection[str], *, add: bool = False) -> dict[str, SyncReport | PolyphonyError]:
    """Sync these providers at once; the report of each, or why there is none."""
    found = await asyncio.gather(*(sync_models(slug, add=add) for slug in slugs), return_exceptions=True)
    reports: dict[str, SyncReport | PolyphonyError] = {}
    for slug, report in zip(slugs, found, strict=True):
        if isinstance(report, BaseException) and not isinstance(report, PolyphonyError):
            raise report
        reports[slug] = report
    return reports


async def sync_models(slug: str, *, add: bool = False) -> SyncReport:
    """Fetch the provider's list, compare, and keep what differs as findings; with `add` add new models.

    Raises `NotFound`, `Unavailable` without a key, `Unsupported` on a wire that has no list,
    `UpstreamError`.
    """
    adapter, target = await find_list(slug)
    rows, voices = await list_rows(adapter, target), await list_voices(adapter, target)
    return await offload(compare, slug, rows, add, voices)


async def find_list(slug: str) -> tuple[ModelDetailsAdapter, Target]:
    """The adapter that reads the provider's lists, and where from. Raises as `sync_models`."""
    entry = await find_provider(slug)
    adapter = registry.adapter(entry.wire) if entry.wire in registry.WIRES else None
    if not isinstance(adapter, ModelDetailsAdapter):
        raise Unsupported(f"{entry.name} speaks a wire without a list of models.")
    return adapter, provider_target(entry)


async def list_rows(adapter: ModelDetailsAdapter, target: Target) -> tuple[ModelRow, ...]:
    rows = await call_with_keys(target, adapter.listing)
    if any(model_list.has_details(row) for row in rows):
        # without the filter OpenRouter lists only models with text output
        rows = await call_with_keys(target, lambda keyed: adapter.listing(keyed, "?output_modalities=all"))
    return rows


async def list_voices(adapter: ModelDetailsAdapter, target: Target) -> tuple[ListedVoice, ...]:
    return await call_with_keys(target, adapter.voices) if isinstance(adapter, VoiceListAdapter) else ()


def compare(slug: str, rows: Iterable[ModelRow], add: bool, voices: Iterable[ListedVoice] = ()) -> SyncReport:
    """Compare and write in one transaction. Blocking."""
    report = SyncReport(slug)
    listed = {bare_id(row["id"]): row for row in rows}
    with transaction.atomic():
        provider = Provider.objects.select_for_update().get(slug=slug)
        known = provider.endpoints.order_by("model__slug").values_list("upstream_id", "model__slug")
        report.confirmed = [model for id, model in known if bare_id(id) in listed]
        add_new(provider, listed, {bare_id(id) for id, _ in known}, add, report)
        report.findings = findings.keep(provider, findings.detect(provider, listed))
        report.voices = add_voices(slug, voices)
        samples = update_samples(slug, voices)
        if report.added or report.voices or samples:
            detail: dict[str, Any] = {"models": report.added[:100]}
            if report.voices:
                detail["voices"] = report.voices[:100]
            if samples:
                detail["samples"] = samples
            AuditEvent.objects.create(action="models.synced", subject=slug, detail=detail)
            bump(Version.CATALOGUE)
    return report


def add_new(
    provider: Provider, listed: dict[str, ModelRow], known: set[str], add: bool, report: SyncReport
) -> None:
    """With `add`, add the models that the catalogue lacks; note what can be none."""
    for id in sorted(listed.keys() - known):
        slug, model = described(provider, listed[id])
        if model is None:
            report.unknown.append(listed[id]["id"])
        elif add:
            create_rows(provider, slug, model)
            report.added.append(slug)
