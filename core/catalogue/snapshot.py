"""The catalogue in this process: loaded whole with a handful of queries, read without any."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from core.catalogue.entries import EndpointEntry, ModelEntry, ProviderEntry, VoiceEntry
from core.contract.audio import AudioFormat
from core.contract.usage import Kind, Price, Unit
from core.media.installed import available_formats
from core.models import AIModel, Endpoint, Provider, ProviderKey, Version, Voice
from core.models import Price as PriceRow

FORMATS = {member.value: member for member in AudioFormat}


@dataclass(frozen=True, slots=True)
class CatalogueSnapshot:
    """The tables at version `number`; `stale_at` is when a dated price comes into force."""

    number: int
    models: Mapping[str, ModelEntry]
    folded: Mapping[str, str]
    providers: Mapping[str, ProviderEntry]
    stale_at: datetime | None = None


_current: CatalogueSnapshot | None = None


def current() -> CatalogueSnapshot:
    """The snapshot of this process; the first call loads it. Never touches the database after that."""
    return _current or first_load()


def first_load() -> CatalogueSnapshot:
    """Load where nobody has: on the event loop the queries run in a thread of their own, once."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return reload()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(load_and_close).result()


def load_and_close() -> CatalogueSnapshot:
    try:
        return reload()
    finally:
        connection.close()


def refresh_if_changed() -> bool:
    """Reload when the version row moved or a dated price came due; one query when nothing did. Blocking."""
    if _current and _current.number == version_number() and not overdue(_current):
        return False
    reload()
    return True


def reload() -> CatalogueSnapshot:
    """Load and put in place. Blocking."""
    global _current
    _current = load()
    return _current


def reset() -> None:
    """Forget the snapshot: the next reader loads anew."""
    global _current
    _current = None


def overdue(snapshot: CatalogueSnapshot) -> bool:
    return snapshot.stale_at is not None and snapshot.stale_at <= timezone.now()


def version_number() -> int:
    return Version.objects.filter(name=Version.CATALOGUE).values_list("number", flat=True).first() or 0


def load() -> CatalogueSnapshot:
    """Read every table. The version is read first: a change that slips in between is loaded next time."""
    number = version_number()
    now = timezone.now()
    providers = load_providers()
    prices, stale_at = load_prices(now)
    voices = load_voices()
    rows = {row.pk: row for row in AIModel.objects.all()}
    endpoints = load_endpoints(rows, providers, prices)
    models = {row.slug: model_entry(row, endpoints[row.pk], voices[row.pk]) for row in rows.values()}
    return CatalogueSnapshot(
        number=number,
        models=models,
        folded={slug.casefold(): slug for slug in models},
        providers={provider.slug: provider for provider in providers.values()},
        stale_at=stale_at,
    )


def load_providers() -> dict[int, ProviderEntry]:
    keys: dict[int, ProviderKey] = {}
    for key in ProviderKey.objects.filter(active=True).order_by("created_at"):
        keys[key.provider_id] = key  # the newest stays
    return {row.pk: provider_entry(row, keys.get(row.pk)) for row in Provider.objects.all()}


def provider_entry(row: Provider, key: ProviderKey | None) -> ProviderEntry:
    return ProviderEntry(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        wire=row.wire,
        base_url=row.base_url,
        environment=row.environment,
        needs_key=row.needs_key,
        enabled=row.enabled,
        website=row.website,
        key_help=row.key_help,
        headers=row.headers,
        options=row.options,
        reveal=key.reveal if key else None,
    )


def load_prices(now: datetime) -> tuple[dict[int, tuple[Price, ...]], datetime | None]:
    """Lines in force at `now` by endpoint, and when the next dated line comes."""
    sheets: dict[int, dict[tuple[str, str, str], Price]] = defaultdict(dict)
    coming: list[datetime] = []
    for row in PriceRow.objects.order_by("valid_from", "pk"):
        if row.valid_from > now:
            coming.append(row.valid_from)
            continue
        kind, unit, amount = Kind(row.kind), Unit(row.unit), row.usd_per_unit.normalize()
        line = Price(kind, unit, amount, row.condition, row.valid_from, row.pk)
        sheets[row.endpoint_id][row.kind, row.unit, repr(sorted(row.condition.items()))] = line
    in_force = {key: tuple(sorted(sheet.values(), key=by_id)) for key, sheet in sheets.items()}
    return in_force, min(coming, default=None)


def by_id(price: Price) -> int:
    return price.id or 0


def load_voices() -> dict[int, list[VoiceEntry]]:
    voices: dict[int, list[VoiceEntry]] = defaultdict(list)
    for row in Voice.objects.filter(enabled=True):
        voices[row.model_id].append(
            VoiceEntry(row.voice_id, row.name, row.language, row.gender, row.description)
        )
    return voices


def load_endpoints(
    models: Mapping[int, AIModel],
    providers: Mapping[int, ProviderEntry],
    prices: Mapping[int, tuple[Price, ...]],
) -> dict[int, list[EndpointEntry]]:
    endpoints: dict[int, list[EndpointEntry]] = defaultdict(list)
    for row in Endpoint.objects.order_by("priority", "-weight", "pk"):
        if row.model_id not in models or row.provider_id not in providers:
            continue  # written between two of our queries; the version has moved, so the next load has it
        model, options = models[row.model_id], dict(row.options)
        endpoints[row.model_id].append(
            EndpointEntry(
                id=row.pk,
                provider=providers[row.provider_id],
                upstream_id=row.upstream_id,
                formats=makes(providers[row.provider_id], row.formats or model.formats),
                tasks=tuple(options.pop("tasks", model.tasks)),
                priority=row.priority,
                weight=row.weight,
                enabled=row.enabled,
                options=options,
                prices=prices.get(row.pk, ()),
            )
        )
    return endpoints


def makes(provider: ProviderEntry, names: Iterable[Any]) -> tuple[AudioFormat, ...]:
    """Audio formats by name; the local engine makes only those its libraries are here for."""
    formats = tuple(FORMATS[name] for name in names if name in FORMATS)
    able = available_formats() if provider.wire == "local" else ()
    return tuple(form for form in formats if form in able) if able else formats


def model_entry(row: AIModel, endpoints: list[EndpointEntry], voices: list[VoiceEntry]) -> ModelEntry:
    names = {voice.name.casefold(): voice.id for voice in reversed(voices)}
    ids = {voice.id.casefold(): voice.id for voice in voices}
    bounded = row.speed_min is not None and row.speed_max is not None
    return ModelEntry(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        author=row.author,
        description=row.description,
        tasks=tuple(row.tasks),
        input_modalities=tuple(row.input_modalities),
        output_modalities=tuple(row.output_modalities),
        features=frozenset(row.features),
        formats=tuple(row.formats),
        limits=row.limits,
        languages=tuple(row.languages),
        examples=row.examples,
        speed=(row.speed_min, row.speed_max) if bounded else None,
        context_length=row.context_length,
        max_output=row.max_output,
        enabled=row.enabled,
        released_at=row.released_at,
        deprecated_at=row.deprecated_at,
        shutdown_at=row.shutdown_at,
        replacement=row.replacement,
        created_at=row.created_at,
        endpoints=tuple(endpoints),
        voices=tuple(voices),
        voice_ids={**names, **ids},
    )
