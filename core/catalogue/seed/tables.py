"""Writes the seed into the tables: rows that are missing, and rows that no admin has edited since.

Every seeded row has a digest of the values that the seed wrote. A row that no longer matches its digest was
edited, and an edit is never overwritten. Prices are never changed: a new price is a new row, valid from now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from core.catalogue.seed import files
from core.catalogue.seed.files import SeedData, Values
from core.catalogue.seed.prices import seed_prices
from core.models import AIModel, Endpoint, Provider, Version, Voice, VoiceAlias
from core.models.catalogue.seed_row import SeededRow
from core.models.version import bump

DIGEST_LENGTH = 32
"""Hex digits of a row's digest; an endpoint has the digests of its price sheet appended."""

Row = TypeVar("Row", bound=SeededRow)


@dataclass(slots=True)
class SeedReport:
    """Counts of rows written, and of rows `kept` because an admin had edited them."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    kept: int = 0
    prices: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.created or self.updated or self.removed or self.prices)


def seed_catalogue(folder: Path = files.FOLDER) -> SeedReport:
    """Update the tables from the seed in one transaction; does nothing when this seed was written before."""
    digest = files.digest(folder)
    if Version.objects.filter(name=Version.SEED, note=digest).exists():
        return SeedReport()
    with transaction.atomic():
        Version.objects.get_or_create(name=Version.SEED)
        version = Version.objects.select_for_update().get(name=Version.SEED)
        if version.note == digest:
            return SeedReport()
        report = write_tables(files.read(folder))
        version.note = digest
        version.number += 1
        version.save()
        bump(Version.CATALOGUE)
    return report


def write_tables(data: SeedData) -> SeedReport:
    report = SeedReport()
    providers = write_providers(data, report)
    models = write_models(data, report)
    endpoints = write_endpoints(data, providers, models, report)
    write_voices(data, models, report)
    write_voice_aliases(data, report)
    written, kept = seed_prices(endpoints, data.prices)
    report.prices += written
    report.kept += kept
    return report


def write_providers(data: SeedData, report: SeedReport) -> dict[str, Provider]:
    def new(slug: str) -> Provider:
        return Provider(slug=slug, enabled=slug not in data.switched_off)

    rows = {row.slug: row for row in Provider.objects.filter(slug__in=data.providers)}
    return reconcile(Provider, data.providers, rows, new, report)


def write_models(data: SeedData, report: SeedReport) -> dict[str, AIModel]:
    rows = {row.slug: row for row in AIModel.objects.filter(slug__in=data.models)}
    return reconcile(AIModel, data.models, rows, lambda slug: AIModel(slug=slug), report)


def write_endpoints(
    data: SeedData, providers: Mapping[str, Provider], models: Mapping[str, AIModel], report: SeedReport
) -> dict[tuple[str, str], Endpoint]:
    def new(key: tuple[str, str]) -> Endpoint:
        return Endpoint(model=models[key[0]], provider=providers[key[1]])

    existing = Endpoint.objects.filter(model__slug__in=data.models).select_related("model", "provider")
    rows: dict[tuple[str, str], Endpoint] = {}
    for row in existing.order_by("seed_digest"):  # a seeded row comes after an admin's own and wins
        rows[row.model.slug, row.provider.slug] = row
    return reconcile(Endpoint, data.endpoints, rows, new, report)


def write_voices(data: SeedData, models: Mapping[str, AIModel], report: SeedReport) -> None:
    def new(key: tuple[str, str]) -> Voice:
        return Voice(model=models[key[0]], voice_id=key[1])

    existing = Voice.objects.filter(model__slug__in=data.models).select_related("model")
    rows = {(row.model.slug, row.voice_id): row for row in existing}
    reconcile(Voice, data.voices, rows, new, report)
    removed = [row.pk for key, row in rows.items() if key not in data.voices and unedited(row)]
    Voice.objects.filter(pk__in=removed).delete()
    report.removed += len(removed)


def write_voice_aliases(data: SeedData, report: SeedReport) -> None:
    rows = {row.name: row for row in VoiceAlias.objects.filter(model=None, provider=None)}
    reconcile(VoiceAlias, data.voice_aliases, rows, lambda name: VoiceAlias(name=name), report)


def reconcile(
    table: type[Row],
    wanted: Mapping[Any, Values],
    rows: dict[Any, Row],
    new: Callable[[Any], Row],
    report: SeedReport,
) -> dict[Any, Row]:
    """Create what `rows` lacks, update what still has the seed's values; returns all rows by key."""
    fresh, stale = [], []
    for key, values in wanted.items():
        row = rows.get(key)
        if row is None:
            rows[key] = row = new(key)
            fresh.append(assign(row, values))
        elif not unedited(row, values):
            report.kept += 1
        elif row.seed_digest[:DIGEST_LENGTH] != digest(values):
            stale.append(assign(row, values))
    table.objects.bulk_create(fresh)
    if stale:
        table.objects.bulk_update(stale, [*fields_of(wanted), "seed_digest"])
    report.created += len(fresh)
    report.updated += len(stale)
    return rows


def fields_of(wanted: Mapping[Any, Values]) -> Iterable[str]:
    return next(iter(wanted.values()))


def assign(row: Row, values: Values) -> Row:
    for name, value in values.items():
        setattr(row, name, value)
    row.seed_digest = digest(values) + row.seed_digest[DIGEST_LENGTH:]
    return row


FIELDS: dict[type[SeededRow], tuple[str, ...]] = {
    Provider: files.PROVIDER_FIELDS,
    AIModel: (*files.MODEL_FIELDS, "speed_min", "speed_max"),
    Endpoint: ("upstream_id", "formats", "priority", "options"),
    Voice: (*files.VOICE_FIELDS, "position"),
    VoiceAlias: (*files.ALIAS_FIELDS, "voice"),
}


def unedited(row: SeededRow, wanted: Values | None = None) -> bool:
    """Whether the row has the values the seed wrote, or those of `wanted`; False for an admin's own row."""
    if not row.seed_digest:
        return False
    now = digest({name: getattr(row, name) for name in FIELDS[type(row)]})
    return now == row.seed_digest[:DIGEST_LENGTH] or (wanted is not None and now == digest(wanted))


def digest(values: Values) -> str:
    """Empty values are left out, so that a field added in a later version does not look like an edit."""
    filled = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    text = json.dumps(filled, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
