"""Writes what a provider lists into the catalogue's tables: a model, an endpoint, voices, prices."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from core.catalogue.speech_formats import EVERY_SERVERS, SPEECH_FORMATS
from core.contract.tasks import Task
from core.models import AIModel, Endpoint, Price, Provider, Voice
from core.models.catalogue.models import MODEL_SLUG
from core.operations import model_list
from core.operations.model_list import ListedModel, ModelRow
from core.operations.voices import voice_row
from core.providers.base import ListedVoice

RESOLD = 20
"""Priority of an endpoint added from a list: after the seed's and an admin's own."""

LONGEST_ID = 200


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
