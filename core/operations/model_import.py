"""Imports models that a provider lists: a model, an endpoint, and prices where the list tells them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import transaction

from core.contract.tasks import Task
from core.models import AIModel, AuditEvent, Finding, Provider, User, Version, Voice
from core.models.offload import offload
from core.models.version import bump
from core.operations.catalogue_rows import bare_id, create_rows, described
from core.operations.model_list import ListedModel, ModelRow
from core.operations.sync import find_list, list_rows, list_voices
from core.operations.voices import voice_row
from core.providers.base import ListedVoice

KEPT_SECONDS = 600
"""How long a list that was read serves the pages and filters of the admin."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that a provider lists.

    `slug` is its name here; `model` is None where its task is not known or its name cannot be one of ours.
    `known` is the slug of the catalogue's model that has an endpoint for it; `elsewhere`: the catalogue has
    the model, at other providers only.
    """

    id: str
    slug: str
    model: ListedModel | None
    known: str = ""
    elsewhere: bool = False

    @property
    def importable(self) -> bool:
        return self.model is not None and not self.known


@dataclass(slots=True)
class ImportReport:
    """Slugs of the models that were imported; of `unpriced` ones the list told no price."""

    priced: list[str] = field(default_factory=list)
    unpriced: list[str] = field(default_factory=list)

    @property
    def imported(self) -> list[str]:
        return [*self.priced, *self.unpriced]


async def offers(slug: str, *, anew: bool = False) -> list[Offer]:
    """The provider's list beside the catalogue, by id; read again with `anew` or after ten minutes.

    Raises as `sync_models`.
    """
    provider = await offload(find, slug)
    key = cache_key(provider)
    rows = None if anew else await offload(cache.get, key)
    if rows is None:
        rows = [trimmed(row) for row in await list_rows(*await find_list(slug))]
        await offload(cache.set, key, rows, KEPT_SECONDS)
    return await offload(compare, provider, rows)


async def import_models(slug: str, ids: Collection[str], actor: User | None = None) -> ImportReport:
    """Import those of `ids` that the provider lists and the catalogue lacks, and its voices.

    `actor` is who asked. Raises as `sync_models`.
    """
    wanted, listed = set(ids), await offers(slug)
    if not wanted <= {offer.id for offer in listed}:  # the list that is kept is older than the wish
        listed = await offers(slug, anew=True)
    chosen = [offer for offer in listed if offer.importable and offer.id in wanted]
    voices = await list_voices(*await find_list(slug)) if any(map(speaks, chosen)) else ()
    return await offload(create, slug, chosen, voices, actor)


def speaks(offer: Offer) -> bool:
    return offer.model is not None and Task.SPEECH.value in offer.model.values["tasks"]


def find(slug: str) -> Provider | None:
    return Provider.objects.filter(slug=slug).first()


def cache_key(provider: Provider | None) -> str:
    """Of the list at the provider's present address."""
    name = f"{provider.pk}:{provider.wire}:{provider.base_url}" if provider else ""
    return f"model-list:{hashlib.sha256(name.encode()).hexdigest()}"


def trimmed(row: ModelRow) -> ModelRow:
    """The row without what nobody reads: lists of hundreds of models are kept in the cache."""
    return {name: value for name, value in row.items() if name in ModelRow.__annotations__}  # type: ignore[return-value]


def compare(provider: Provider, rows: Iterable[ModelRow]) -> list[Offer]:
    endpoints = provider.endpoints.values_list("upstream_id", "model__slug")
    known = {bare_id(upstream_id): slug for upstream_id, slug in endpoints}
    slugs = set(AIModel.objects.values_list("slug", flat=True))
    found = {}
    for row in rows:
        slug, model = described(provider, row)
        taken = known.get(bare_id(row["id"]), "")
        found[bare_id(row["id"])] = Offer(row["id"], slug, model, taken, not taken and slug in slugs)
    return [found[id] for id in sorted(found)]


@transaction.atomic
def create(
    slug: str, chosen: Iterable[Offer], voices: Sequence[ListedVoice] = (), actor: User | None = None
) -> ImportReport:
    report = ImportReport()
    provider = Provider.objects.get(slug=slug)
    for offer in chosen:
        if offer.model is not None and create_rows(provider, offer.slug, offer.model):
            (report.priced if offer.model.prices else report.unpriced).append(offer.slug)
            if speaks(offer):
                create_voices(offer.slug, voices)
    if report.imported:
        detail = {"models": report.imported[:100], "count": len(report.imported)}
        AuditEvent.objects.create(actor=actor, action="models.imported", subject=slug, detail=detail)
        Finding.objects.filter(provider=provider, kind=Finding.Kind.NEW, model__in=report.imported).delete()
        bump(Version.CATALOGUE)
    return report


def create_voices(slug: str, voices: Sequence[ListedVoice]) -> None:
    """Those of the account, for a model that has none yet."""
    model = AIModel.objects.get(slug=slug)
    if not model.voices.exists():
        listed = {voice.id[:120]: voice for voice in voices}
        rows = (voice_row(model.pk, voice, number) for number, voice in enumerate(listed.values()))
        Voice.objects.bulk_create(rows)
