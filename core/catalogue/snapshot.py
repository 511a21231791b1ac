"""The catalogue in the memory of this process, loaded with a handful of queries and read without any."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from django.db import connection
from django.utils import timezone

from core.catalogue.entries import EndpointEntry, ModelEntry, ProviderEntry, VoiceEntry
from core.catalogue.routing_policies import RoutingPolicyTable, load_routing_policies
from core.catalogue.validation.audio_formats import deliverable
from core.catalogue.voice_aliases import VoiceAliasTable, load_voice_aliases
from core.contract.audio import AudioFormat
from core.contract.route import Secret
from core.contract.tasks import Task
from core.contract.usage import Kind, Price, Unit
from core.media.installed import available_formats, voice_weights
from core.models import AIModel, Endpoint, Provider, ProviderKey, Version, Voice
from core.models import Price as PriceRow
from core.models.options import usable

TASKS = {task.value: task for task in Task}
FORMATS = {member.value: member for member in AudioFormat}
MADE = {
    "elevenlabs": (AudioFormat.MP3, AudioFormat.OPUS, AudioFormat.PCM),
    "google": (AudioFormat.PCM,),
    "vertex": (AudioFormat.PCM,),
}
"""The formats that all models of a wire make, whatever is entered; the others are converted from them."""


@dataclass(frozen=True, slots=True)
class CatalogueSnapshot:
    """The tables at version `number`: models and providers by slug, `folded` slugs by case-folded spelling.

    `names` has the slugs by their case-folded part without the author. `stale_at` is when the next dated
    price comes into force.
    """

    number: int
    models: Mapping[str, ModelEntry]
    folded: Mapping[str, str]
    providers: Mapping[str, ProviderEntry]
    names: Mapping[str, tuple[str, ...]]
    stale_at: datetime | None = None


_lock = Lock()
_current: CatalogueSnapshot | None = None


def current() -> CatalogueSnapshot:
    """The snapshot of this process; the first call loads it. Never touches the database after that."""
    return _current or load_in_thread()


def load_in_thread() -> CatalogueSnapshot:
    """The first load; in a thread of its own where an event loop runs, since queries block."""
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
    """Reload when the version row has changed or a dated price is due; else one query. Blocking."""
    if _current and _current.number == version_number() and not overdue(_current):
        return False
    reload()
    return True


def reload() -> CatalogueSnapshot:
    """Load the snapshot and make it the current one, one thread at a time: the older one first. Blocking."""
    global _current
    with _lock:
        _current = load()
        return _current


def reset() -> None:
    """Drop the snapshot: the next call of `current` loads it."""
    global _current
    with _lock:
        _current = None


def overdue(snapshot: CatalogueSnapshot) -> bool:
    return snapshot.stale_at is not None and snapshot.stale_at <= timezone.now()


def version_number() -> int:
    return Version.objects.filter(name=Version.CATALOGUE).values_list("number", flat=True).first() or 0


def load() -> CatalogueSnapshot:
    """Read every table. The version is read first, so a change in between is loaded next time."""
    number = version_number()
    now = timezone.now()
    providers = load_providers()
    prices, stale_at = load_prices(now)
    voices, aliases = load_voices(), load_voice_aliases()
    rows = {row.pk: row for row in AIModel.objects.all()}
    policies = load_routing_policies(rows)
    endpoints = load_endpoints(rows, providers, prices)
    models = {
        row.slug: model_entry(row, endpoints[row.pk], voices[row.pk], aliases, policies)
        for row in rows.values()
    }
    return CatalogueSnapshot(
        number=number,
        models=models,
        folded={slug.casefold(): slug for slug in models},
        providers={provider.slug: provider for provider in providers.values()},
        names=by_name(models),
        stale_at=stale_at,
    )


def by_name(slugs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Slugs in order by what follows the author in them, case-folded."""
    found: dict[str, tuple[str, ...]] = {}
    for slug in sorted(slugs):
        name = slug.partition("/")[2].casefold()
        found[name] = (*found.get(name, ()), slug)
    return found


def load_providers() -> dict[int, ProviderEntry]:
    keys: dict[int, list[ProviderKey]] = defaultdict(list)
    for key in ProviderKey.objects.filter(active=True).order_by("-created_at"):
        keys[key.provider_id].append(key)
    return {row.pk: provider_entry(row, keys[row.pk]) for row in Provider.objects.all()}


def key_id(key: ProviderKey) -> str:
    """`Secret.id` of a stored key: its row, and the end of its ciphertext, which a new secret changes."""
    return f"{key.pk}/{key.secret.text[-12:]}"


def provider_entry(row: Provider, keys: Iterable[ProviderKey] = ()) -> ProviderEntry:
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
        options=usable(row.options),
        keys=tuple(Secret(key.reveal, key_id(key)) for key in keys),
        internal=row.internal,
        unknown_models=row.unknown_models,
    )


def load_prices(now: datetime) -> tuple[dict[int, tuple[Price, ...]], datetime | None]:
    """Prices in force at `now` by endpoint id, and when the next dated one comes into force."""
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
            VoiceEntry(
                row.voice_id, row.name, row.language, row.gender, row.description, sample_url=row.sample_url
            )
        )
    return voices


def with_weights(voices: list[VoiceEntry], endpoints: Iterable[EndpointEntry]) -> list[VoiceEntry]:
    """The voices with the weights that each needs where the model runs on this computer."""
    models = [endpoint.upstream_id for endpoint in endpoints if endpoint.provider.wire == "local"]
    if not models:
        return voices
    return [replace(voice, weights=voice_weights(models[0], voice.id)) for voice in voices]


def load_endpoints(
    models: Mapping[int, AIModel],
    providers: Mapping[int, ProviderEntry],
    prices: Mapping[int, tuple[Price, ...]],
) -> dict[int, list[EndpointEntry]]:
    endpoints: dict[int, list[EndpointEntry]] = defaultdict(list)
    for row in Endpoint.objects.order_by("priority", "-weight", "pk"):
        if row.model_id not in models or row.provider_id not in providers:
            continue  # added between two of these queries; the version has changed, so the next load has it
        model, options = models[row.model_id], usable(row.options)
        endpoints[row.model_id].append(
            EndpointEntry(
                id=row.pk,
                provider=providers[row.provider_id],
                upstream_id=row.upstream_id,
                formats=available_audio_formats(providers[row.provider_id], row.formats or model.formats),
                tasks=known_tasks(options.pop("tasks", model.tasks)),
                priority=row.priority,
                weight=row.weight,
                enabled=row.enabled,
                options=options,
                prices=prices.get(row.pk, ()),
                requests_per_minute=row.requests_per_minute,
                parallel_requests=row.parallel_requests,
            )
        )
    return endpoints


def available_audio_formats(provider: ProviderEntry, names: Iterable[Any]) -> tuple[AudioFormat, ...]:
    """Audio formats by name; of those that are made here only those whose libraries are installed."""
    formats = tuple(FORMATS[name] for name in names if name in FORMATS)
    if formats and provider.wire in MADE:
        return MADE[provider.wire]
    installed = available_formats() if provider.wire == "local" else ()
    return tuple(form for form in formats if form in installed) if installed else formats


def model_formats(row: AIModel, endpoints: Iterable[EndpointEntry]) -> tuple[str, ...]:
    """The formats of a model and those that the audio of its endpoints can be converted to here."""
    if Task.SPEECH not in row.tasks:
        return tuple(row.formats)
    converted = (form.value for endpoint in endpoints for form in deliverable(endpoint.formats))
    return tuple(dict.fromkeys((*row.formats, *converted)))


def known_tasks(names: Iterable[str]) -> tuple[Task, ...]:
    """Tasks by name, without those that this version does not know."""
    return tuple(TASKS[name] for name in names if name in TASKS)


def model_entry(
    row: AIModel,
    endpoints: list[EndpointEntry],
    voices: list[VoiceEntry],
    aliases: VoiceAliasTable,
    policies: RoutingPolicyTable,
) -> ModelEntry:
    voices = with_weights(voices, endpoints)
    names = {voice.name.casefold(): voice for voice in reversed(voices)}
    ids = {voice.id.casefold(): voice for voice in voices}
    bounded = row.speed_min is not None and row.speed_max is not None
    return ModelEntry(
        id=row.pk,
        slug=row.slug,
        name=row.name,
        author=row.author,
        description=row.description,
        tasks=known_tasks(row.tasks),
        input_modalities=tuple(row.input_modalities),
        output_modalities=tuple(row.output_modalities),
        features=frozenset(row.features),
        formats=model_formats(row, endpoints),
        limits=row.limits,
        languages=tuple(row.languages),
        examples=row.examples,
        licences=row.licences,
        speed=(row.speed_min, row.speed_max) if bounded else None,
        context_length=row.context_length,
        max_output=row.max_output,
        enabled=row.enabled,
        released_at=row.released_at,
        deprecated_at=row.deprecated_at,
        shutdown_at=row.shutdown_at,
        replacement=row.replacement,
        use_replacement=row.use_replacement,
        created_at=row.created_at,
        endpoints=tuple(endpoints),
        all_voices=tuple(voices),
        voices_by_name={**names, **ids},
        voice_aliases=aliases.of(row.pk, [endpoint.provider.id for endpoint in endpoints]),
        policy=policies.rules(row.pk),
        cache_seconds=policies.cache_seconds(row.pk),
    )
