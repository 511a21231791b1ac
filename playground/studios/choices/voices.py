"""The context of the voice picker."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.catalogue.entries import ModelEntry
from core.catalogue.prices import money
from core.catalogue.validation.voice_language import default_voice
from playground.names import language_label, voice_label

SAMPLE_CHARACTERS = 35
"""About as long as the sentence of a sample."""

GENDERS = {
    "female": gettext_lazy("Female"),
    "male": gettext_lazy("Male"),
    "neutral": gettext_lazy("Neutral"),
}


def voice_picker(
    model: ModelEntry, text: str, chosen: str = "", price: Decimal | None = Decimal(0)
) -> dict[str, Any]:
    """`voices`, `languages` and `voice`: `chosen` where the model has it, else the one that fits `text`.

    `price` is in USD per character, None where it is not known. `sample_cost` is what the first sample of
    a voice costs about, as text: None where it is not known, empty where samples are free because the price
    is 0 or all voices have their vendor's recording.
    """
    shared = shared_description(model)
    voices = [
        {
            "id": voice.id,
            "name": voice_label(voice.name),
            "language": voice.language,
            "language_label": language_label(voice.language),
            "gender": voice.gender,
            "gender_label": GENDERS.get(voice.gender, ""),
            "description": "" if voice.description == shared else _(voice.description),
        }
        for voice in model.voices
    ]
    known = {voice.id for voice in model.voices}
    return {
        "voices": voices,
        "languages": languages(voices),
        "sample_cost": sample_cost(model, price),
        "voice": chosen if chosen in known else default_voice(model.voices, text) or "",
    }


def sample_cost(model: ModelEntry, price: Decimal | None) -> str | None:
    if price == 0 or all(voice.sample_url for voice in model.voices):
        return ""
    return None if price is None else money(price * SAMPLE_CHARACTERS)


def shared_description(model: ModelEntry) -> str | None:
    """The description that more than half of the voices have: it distinguishes none of them."""
    descriptions = Counter(voice.description for voice in model.voices)
    return next((text for text, count in descriptions.items() if count > len(model.voices) / 2), None)


def languages(voices: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The languages the picker filters by, by name."""
    named = {voice["language"]: voice["language_label"] for voice in voices if voice["language"]}
    found = [{"code": code, "label": label} for code, label in named.items()]
    return sorted(found, key=lambda language: language["label"].casefold())
