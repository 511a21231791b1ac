"""Styles to try a voice with: how it is to be spoken, and a text that suits it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from core.catalogue.entries import ModelEntry
from core.catalogue.validation.voice_language import default_voice, primary

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Style:
    """`instructions` are for models that take them, `script` is the text to speak."""

    name: str | Promise
    instructions: str | Promise
    script: str | Promise


STYLES = (
    Style(
        _("Calm guide"),
        _("Speak slowly and softly, with long pauses, like a guide in a meditation."),
        _("Let your shoulders sink. Breathe in, and out again. There is nothing you have to do right now."),
    ),
    Style(
        _("Sports host"),
        _("Fast, loud and excited, like a commentator in the last minute of a final."),
        _("He takes the ball, he passes one, he passes two, he shoots – goal! What an ending to this game!"),
    ),
    Style(
        _("Bedtime story"),
        _("Warm and low, a little mysterious, like a parent who reads to a sleepy child."),
        _("Far behind the hills lived a little fox who could not sleep. So he went out to count the stars."),
    ),
    Style(
        _("Newsreader"),
        _("Clear, even and serious, with a short pause after each sentence."),
        _("Good evening. The new bridge was opened today. The first trains will cross it tomorrow at six."),
    ),
    Style(
        _("Friendly support"),
        _("Friendly and patient, with a smile in the voice, at an easy pace."),
        _("Thank you for calling. I can see your order here: it left our store today and arrives on Friday."),
    ),
    Style(
        _("Film trailer"),
        _("Deep, slow and dramatic, with a rising tension and heavy pauses."),
        _("One city. One night. And a message that was never meant to be heard. Coming this winter."),
    ),
)


def style_choices(model: ModelEntry) -> list[dict[str, Any]]:
    """The styles as texts; the script is in the page's language where the model speaks it, else in English.

    `voice` is the one that fits the script. None for a model that speaks neither language.
    """
    page = get_language() or ENGLISH
    language = next((known for known in (page, ENGLISH) if speaks(model, known)), None)
    return [] if language is None else [style_choice(style, model, language) for style in STYLES]


def style_choice(style: Style, model: ModelEntry, language: str) -> dict[str, Any]:
    with override(language):
        script = str(style.script)
    instructions = str(style.instructions) if "instructions" in model.features else ""
    voice = default_voice(model.voices, script) or ""
    return {"name": str(style.name), "instructions": instructions, "script": script, "voice": voice}


def speaks(model: ModelEntry, language: str) -> bool:
    limited: Iterable[str] = model.limits.get("languages") or model.languages
    known = {primary(tag) for tag in limited}
    return not known or primary(language) in known
