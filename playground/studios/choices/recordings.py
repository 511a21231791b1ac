"""The sample recordings of the transcription tab: sentences of ours, and the voices that speak them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from django.utils.translation import gettext as _

from core.catalogue.entries import ModelEntry
from core.contract.tasks import Task
from core.contract.text.languages import primary
from playground.names import language_label
from playground.studios.default_models import default_model

SENTENCES: Mapping[str, str] = {
    "en": "Good morning. The train to the coast leaves at half past nine from platform four.",
    "de": "Guten Morgen. Heute ist ein schöner Tag. Ich komme aus Deutschland.",
    "es": "Buenos días a todos. Hoy vamos a hablar de la historia de la música.",
}
"""By language, in the order in which they are offered.

Those that `local/whisper-base` wrote down without an error as the voices here speak them, though it does not
always translate them well; it takes the formant voices of French, Russian and Chinese for other languages.
"""


class Recording(TypedDict):
    """`name` is the language in the reader's own."""

    language: str
    name: str


def recordings(model: ModelEntry) -> list[Recording]:
    """Those in languages that `model` understands and that a voice here speaks."""
    known = {primary(code) or code for code in model.languages}
    return [
        {"language": language, "name": language_label(language)}
        for language in SENTENCES
        if (not known or language in known) and speaker(language)
    ]


def speaker(language: str) -> tuple[ModelEntry, str] | None:
    """The first ready model with a voice for the language, and the voice; None where there is none."""
    model = default_model(Task.SPEECH, lambda model: bool(voice_of(model, language)))
    return (model, voice_of(model, language)) if model else None


def voice_of(model: ModelEntry, language: str) -> str:
    """The first voice for the language; "" where there is none."""
    return next((voice.id for voice in model.voices if primary(voice.language) == language), "")


def recording_name(language: str) -> str:
    """The name of the file, without its extension."""
    return _("Sample, %(language)s") % {"language": language_label(language)}
