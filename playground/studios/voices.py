"""A model's voices as the picker shows them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.catalogue.entries import ModelEntry
from core.catalogue.validation.voice_language import default_voice

GENDERS = {
    "female": gettext_lazy("Female"),
    "male": gettext_lazy("Male"),
    "neutral": gettext_lazy("Neutral"),
}


def picker(model: ModelEntry, text: str, chosen: str = "") -> dict[str, Any]:
    """`voices`, `languages` and the chosen `voice`: the asked one, else the one that fits `text`."""
    told = Counter(voice.description for voice in model.voices)
    voices = [
        {
            "id": voice.id,
            "name": voice.name,
            "language": voice.language,
            "language_label": language_label(voice.language),
            "gender": voice.gender,
            "gender_label": GENDERS.get(voice.gender, ""),
            # what is true of most voices tells none of them apart
            "description": "" if told[voice.description] > len(model.voices) / 2 else _(voice.description),
        }
        for voice in model.voices
    ]
    known = {voice.id for voice in model.voices}
    return {
        "voices": voices,
        "languages": languages(voices),
        "voice": chosen if chosen in known else default_voice(model.voices, text) or "",
    }


def languages(voices: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The languages the picker filters by, by name."""
    named = {voice["language"]: voice["language_label"] for voice in voices if voice["language"]}
    found = [{"code": code, "label": label} for code, label in named.items()]
    return sorted(found, key=lambda language: language["label"].casefold())


def language_label(tag: str) -> str:
    """The language of a BCP 47 tag in the reader's words, with its region where the tag has one."""
    if not tag:
        return ""
    base, _dash, region = tag.partition("-")
    info = LANG_INFO.get(tag.lower()) or LANG_INFO.get(ALIASES.get(base, base))
    name = _(info["name"]) if info and "name" in info else base
    return f"{name} ({region.upper()})" if region and tag.lower() not in LANG_INFO else name


ALIASES = {"cmn": "zh-hans", "yue": "zh-hant", "nb": "nb", "zh": "zh-hans"}
"""Tags that Django's list of languages spells in another way."""
