"""The panel that speaks: a text, voices that can say it, and what that costs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.catalogue.listing import Listing
from core.catalogue.validation.voice_language import default_voice
from core.contract.text.languages import primary
from playground.names import language_label, voice_label
from playground.studios.speech import default_format

VOICES_SHOWN = 12


def panel(entry: Listing) -> dict[str, Any]:
    """`voices` are (id, label) of those that speak the page's language, `price` is in USD per character."""
    text = _("Good evening. Type what you would like to hear, choose a voice, and press Speak.")
    chosen = default_voice(entry.model.voices, text) or ""
    price = None if entry.comparable is None else entry.comparable / 1_000_000
    return {
        "text": text,
        "voices": voices(entry, chosen),
        "voice": chosen,
        "format": default_format(entry),
        "price": "" if price is None else f"{price:f}",
    }


def voices(entry: Listing, chosen: str) -> list[tuple[str, str]]:
    language = primary(get_language() or "en")
    fitting = [voice for voice in entry.model.voices if primary(voice.language) in (language, "", None)]
    first = [voice for voice in fitting if voice.id == chosen]
    shown = [*first, *(voice for voice in fitting if voice.id != chosen)][:VOICES_SHOWN]
    return [(voice.id, label(voice_label(voice.name), voice.language)) for voice in shown]


def label(name: str, tag: str) -> str:
    """The name with its language, where the name does not say it already."""
    language = language_label(tag)
    return f"{name} · {language}" if language and language != name and "(" not in name else name
