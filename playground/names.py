"""Display names of models, providers, voices, languages and parameter values, by the ids that pages hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, gettext_lazy

from core.catalogue.listing import Listing
from core.catalogue.lookup import find
from core.catalogue.snapshot import current
from core.contract.tasks import Task
from core.contract.text.languages import NAMES

ALIASES = {"cmn": "zh-hans", "yue": "zh-hant", "nb": "nb", "zh": "zh-hans"}
"""Codes in Django's list of languages of those it spells in another way."""

LANGUAGE_NAMES = {info["name"] for info in LANG_INFO.values() if "name" in info} | {"Chinese"}
"""What voices are called that have no name but their language's."""

VARIETIES = {
    "America": gettext_lazy("America"),
    "Great Britain": gettext_lazy("Great Britain"),
    "Mandarin": gettext_lazy("Mandarin"),
    "Cantonese": gettext_lazy("Cantonese"),
    "Scotland": gettext_lazy("Scotland"),
    "Caribbean": gettext_lazy("Caribbean"),
    "France": gettext_lazy("France"),
    "Belgium": gettext_lazy("Belgium"),
    "Switzerland": gettext_lazy("Switzerland"),
    "Brazil": gettext_lazy("Brazil"),
    "Portugal": gettext_lazy("Portugal"),
    "Spain": gettext_lazy("Spain"),
    "Latin America": gettext_lazy("Latin America"),
}
"""What stands behind the language in such a name."""

VALUE_LABELS = {
    "reasoning_effort": {
        "low": gettext_lazy("Low"),
        "medium": gettext_lazy("Medium"),
        "high": gettext_lazy("High"),
    },
    "timestamp_granularities": {"word": gettext_lazy("words"), "segment": gettext_lazy("segments")},
    "response_format": {
        "json": gettext_lazy("text"),
        "verbose_json": gettext_lazy("text with times"),
        "diarized_json": gettext_lazy("text with speakers"),
    },
}


def model_name(slug: str) -> str:
    """The model's name; the slug where it is no longer in the catalogue."""
    model = find(slug)
    return model.name if model else slug


def provider_name(slug: str) -> str:
    provider = current().providers.get(slug)
    return gettext(provider.name) if provider else slug


def voice_name(model: str, voice: str) -> str:
    """The voice's name; its id where the model does not have it."""
    entry = find(model)
    return (
        next((voice_label(known.name) for known in entry.voices if known.id == voice), voice)
        if entry
        else voice
    )


def voice_label(name: str) -> str:
    """The voice's name; in the reader's language where it is that of a language: `Английский (Америка)`."""
    language, _bracket, variety = name.removesuffix(")").partition(" (")
    if language not in LANGUAGE_NAMES:
        return name
    return gettext(language) + (f" ({VARIETIES.get(variety, variety)})" if variety else "")


def language_label(tag: str) -> str:
    """The language of a BCP 47 tag in the reader's language, with its region where the tag has one."""
    if not tag:
        return ""
    base, _dash, region = tag.partition("-")
    info = LANG_INFO.get(tag.lower()) or LANG_INFO.get(ALIASES.get(base, base))
    name = gettext(info["name"]) if info and "name" in info else base
    return f"{name} ({region.upper()})" if region and tag.lower() not in LANG_INFO else name


def parameter_value(model: str, name: str, value: Any) -> Any:
    """The label of a parameter's value; the value itself where it has none."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name == "cache":
        return gettext("yes")
    if isinstance(value, list):
        return ", ".join(str(parameter_value(model, name, part)) for part in value)
    if name == "voice":
        return voice_name(model, value)
    if name == "language" and value in NAMES:
        return language_label(value)
    labels = VALUE_LABELS.get(name, {})
    return str(labels[value]) if isinstance(value, str) and value in labels else value


def chat_names() -> dict[str, str]:
    """Names by id for the receipts of a conversation: all models that chat, and all providers."""
    models = {slug: model.name for slug, model in current().models.items() if Task.CHAT in model.tasks}
    return models | {slug: provider_name(slug) for slug in current().providers}


def page_names(entry: Listing) -> dict[str, str]:
    """Names by id for the receipts on a model's page: the model and its providers."""
    slugs: Iterable[str] = entry.providers
    return {entry.model.slug: entry.model.name, **{slug: provider_name(slug) for slug in slugs}}
