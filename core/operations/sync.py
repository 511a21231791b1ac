"""Compares the catalogue with the list of a live provider; adds models, never deletes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.contract.errors import Unsupported
from core.contract.route import Target
from core.contract.tasks import Task
from core.models import AIModel, AuditEvent, Endpoint, Price, Provider, Version, Voice
from core.models.catalogue import MODEL_SLUG
from core.models.offload import offload
from core.models.version import bump
from core.operations import model_list
from core.operations.connection import call_with_keys, find_provider, provider_target
from core.operations.model_list import ListedModel, ModelRow
from core.operations.voices import add_voices, update_samples, voice_row
from core.providers import registry
from core.providers.base import ListedVoice, ModelDetailsAdapter, VoiceListAdapter

RESOLD = 20
"""Priority of an endpoint added from a list: after the seed's and an admin's own."""

LONGEST_ID = 200
EVERY_SERVERS = ("mp3",)
SPEECH_FORMATS = {
    "azure": ("mp3", "opus", "aac", "flac", "wav", "pcm"),
    "openrouter": ("mp3", "pcm"),
    "mistral": ("mp3", "opus", "flac", "wav", "pcm"),
    "elevenlabs": ("mp3", "opus", "wav", "pcm"),
    "google": ("mp3", "opus", "aac", "flac", "wav", "pcm"),
    "vertex": ("mp3", "opus", "aac", "flac", "wav", "pcm"),
}
"""What the models that speak make, by wire; no list tells it, and all others make `EVERY_SERVERS`."""


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


def add_listed(provider: Provider, row: ModelRow, add: bool, report: SyncReport) -> None:
    """Add the model of one row, or note that it is unknown."""
    slug, model = described(provider, row) if add or model_list.has_details(row) else ("", None)
    if model is None:
        report.unknown.append(row["id"])
        return
    create_rows(provider, slug, model)
    report.added.append(slug)


def described(provider: Provider, row: ModelRow) -> tuple[str, ListedModel | None]:
    """The slug that the model of a row has here, and the model; None where that cannot be one of ours."""
    if model_list.has_details(row):
        slug, model = row["id"], model_list.model_from_details(row)
    else:
        slug, model = f"{provider.slug}/{row['id']}", model_list.model_from_name(row, provider.name)
    fits = is_slug(slug) and len(row["id"]) <= LONGEST_ID
    return slug, model if fits else None


def create_rows(provider: Provider, slug: str, listed: ListedModel) -> bool:
    """Add the endpoint, its prices, and the model where there is none; False where the endpoint is there."""
    values = {**listed.values, "formats": speech_formats(provider, listed)}
    model, is_new = AIModel.objects.get_or_create(slug=slug, defaults=values)
    if is_new:
        create_voices(model, listed)
    endpoint, created = Endpoint.objects.get_or_create(
        model=model, provider=provider, upstream_id=listed.id, defaults={"priority": RESOLD}
    )
    if created:
        create_prices(endpoint, listed)
    return created


def speech_formats(provider: Provider, listed: ListedModel) -> list[str]:
    """The audio formats of a model that speaks; without any it could not be asked."""
    speaks = Task.SPEECH.value in listed.values["tasks"]
    return list(SPEECH_FORMATS.get(provider.wire, EVERY_SERVERS)) if speaks else []


def create_voices(model: AIModel, listed: ListedModel) -> None:
    Voice.objects.bulk_create(
        voice_row(model.pk, ListedVoice(id, id), position) for position, id in enumerate(listed.voices)
    )


def create_prices(endpoint: Endpoint, listed: ListedModel) -> None:
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
