"""Models, providers, voices and formats by the names people know, in pages that hold their ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from core.catalogue.listing import Listing
from core.catalogue.lookup import find
from core.catalogue.snapshot import current
from core.contract.languages import NAMES
from core.contract.tasks import Task
from playground.studios.voices import language_label

WORDS = {
    "timestamp_granularities": {"word": gettext_lazy("words"), "segment": gettext_lazy("segments")},
    "response_format": {
        "json": gettext_lazy("text"),
        "verbose_json": gettext_lazy("text with times"),
        "diarized_json": gettext_lazy("text with speakers"),
    },
}


def model_name(slug: str) -> str:
    """The model's name; the slug of one that is gone."""
    model = find(slug)
    return model.name if model else slug


def provider_name(slug: str) -> str:
    provider = current().providers.get(slug)
    return gettext(provider.name) if provider else slug


def voice_name(model: str, voice: str) -> str:
    """The voice's name; its id where the model does not have it."""
    entry = find(model)
    return next((known.name for known in entry.voices if known.id == voice), voice) if entry else voice


def setting(model: str, name: str, value: Any) -> Any:
    """The value of a parameter in words, as far as there are words for it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(setting(model, name, part)) for part in value)
    if name == "voice":
        return voice_name(model, value)
    if name == "language" and value in NAMES:
        return language_label(value)
    words = WORDS.get(name, {})
    return str(words[value]) if isinstance(value, str) and value in words else value


def of_chats() -> dict[str, str]:
    """What a conversation's receipts call by id: any model it may have gone on with, and any provider."""
    models = {slug: model.name for slug, model in current().models.items() if Task.CHAT in model.tasks}
    return models | {slug: provider_name(slug) for slug in current().providers}


def of_page(entry: Listing) -> dict[str, str]:
    """What receipts on a model's page call by id: the model and those who serve it."""
    slugs: Iterable[str] = entry.providers
    return {entry.model.slug: entry.model.name, **{slug: provider_name(slug) for slug in slugs}}
