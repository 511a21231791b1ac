"""Voices that stand in for names which programs send to whichever model they call, such as OpenAI's.

The names are rows that an admin edits. One without a voice of its own keeps its place among the names of its
gender, so that two of them stay two voices where the model has as many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.catalogue.entries import ModelEntry, VoiceAliasEntry
from core.catalogue.validation.voice_language import default_voice, voices_for
from core.models import VoiceAlias

VARIANT = re.compile(r"\+[A-Za-z0-9_-]{1,24}$")
"""What may follow an espeak voice, such as `+f3`."""


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """The upstream's voice id, None where it decides; `stand_in` is the same where another was asked for."""

    id: str | None
    stand_in: str | None = None


def known_voice(voice: str, model: ModelEntry) -> str | None:
    """The upstream's id of a voice by id or name; None for one that the model does not have here."""
    base, variant = split_variant(voice, model)
    found = model.voices_by_name.get(base.casefold())
    return None if found is None or found.install_command else found.id + variant


def split_variant(voice: str, model: ModelEntry) -> tuple[str, str]:
    """("gmw/en-US", "+f3") where the model has variants, else the whole name and ""."""
    match = VARIANT.search(voice) if "variants" in model.features else None
    return (voice[: match.start()], match.group()) if match else (voice, "")


def stand_in(name: str, model: ModelEntry, text: str) -> str | None:
    """The id of the voice that stands in for `name` to say `text`; None where no alias has one."""
    names = (name.casefold(), VoiceAlias.ANY)
    voices = (aliased_voice(alias, model, text) for alias in model.voice_aliases if alias.name in names)
    return next((voice for voice in voices if voice is not None), None)


def aliased_voice(alias: VoiceAliasEntry, model: ModelEntry, text: str) -> str | None:
    """The voice of one alias; where the model's voices are not known, only one that was entered for it."""
    if alias.voice and not model.voices:
        return None if alias.general else alias.voice
    if alias.voice:
        return known_voice(alias.voice, model)
    alike = [voice.id for voice in voices_for(text, model.voices) if voice.gender == alias.gender]
    if alias.gender and alike:
        return alike[alias.place % len(alike)]
    return default_voice(model.voices, text)
