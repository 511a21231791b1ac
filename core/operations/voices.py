"""The voices of a provider's account, brought into the catalogue; nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from core.contract.tasks import Task
from core.models import AIModel, Endpoint, Voice
from core.providers.base import ListedVoice

LONGEST_URL = 500


def add_voices(slug: str, voices: Iterable[ListedVoice]) -> list[str]:
    """Add the voices to each speech model of the provider that lacks them; the names of those added.

    A model without any voice is left as it is: its server is asked for any voice a caller names. Blocking.
    """
    listed = {voice.id: voice for voice in voices}
    added: dict[str, str] = {}
    with transaction.atomic():
        for model in speaking_models(slug):
            known = set(model.voices.values_list("voice_id", flat=True))
            new = [voice for id, voice in listed.items() if known and id not in known]
            Voice.objects.bulk_create(
                voice_row(model.pk, voice, len(known) + number) for number, voice in enumerate(new)
            )
            added |= {voice.id: voice.name for voice in new}
    return list(added.values())


def update_samples(slug: str, voices: Iterable[ListedVoice]) -> int:
    """Store where the voices' recordings are now, for those the models have; how many changed. Blocking.

    A voice of which the list tells no recording keeps the one it has.
    """
    listed = {voice.id: sample for voice in voices if (sample := sample_url(voice))}
    rows = Voice.objects.filter(model__in=[model.pk for model in speaking_models(slug)], voice_id__in=listed)
    changed = [row for row in rows if row.sample_url != listed[row.voice_id]]
    for row in changed:
        row.sample_url = listed[row.voice_id]
    Voice.objects.bulk_update(changed, ["sample_url"], batch_size=500)
    return len(changed)


def sample_url(voice: ListedVoice) -> str:
    """Its address as far as it can be one that we fetch and store."""
    url = voice.sample_url
    return url if url.startswith(("https://", "http://")) and len(url) <= LONGEST_URL else ""


def speaking_models(slug: str) -> list[AIModel]:
    endpoints = Endpoint.objects.filter(provider__slug=slug).select_related("model").order_by("model__slug")
    return list({row.model_id: row.model for row in endpoints if Task.SPEECH in row.model.tasks}.values())


def voice_row(model: int, voice: ListedVoice, position: int) -> Voice:
    return Voice(
        model_id=model,
        voice_id=voice.id[:120],
        name=voice.name[:120],
        language=voice.language[:35],
        gender=voice.gender[:20],
        description=voice.description[:200],
        sample_url=sample_url(voice),
        position=position,
    )
