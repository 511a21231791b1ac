"""Voices that stand in for OpenAI's, which programs name whichever model they call.

`voice_aliases.json` lists OpenAI's names with their genders; a name keeps its place among those of its
gender, so that two of them stay two voices where the model has as many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.catalogue.entries import VoiceEntry
from core.catalogue.validation.voice_language import default_voice, voices_for

FILE = Path(__file__).with_suffix(".json")
GENDERS: dict[str, str] = {row["name"]: row["gender"] for row in json.loads(FILE.read_text("utf-8"))}
"""The gender of each of OpenAI's voices by its name."""


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """The upstream's voice id, None where it decides; `stand_in` is the same where another was asked for."""

    id: str | None
    stand_in: str | None = None


def alias(name: str, voices: Sequence[VoiceEntry], text: str) -> str | None:
    """The id of the voice that stands in for OpenAI's `name` to say `text`; None for any other name."""
    gender = GENDERS.get(name.casefold())
    if gender is None:
        return None
    alike = [voice.id for voice in voices_for(text, voices) if voice.gender == gender]
    names = [other for other, theirs in GENDERS.items() if theirs == gender]
    return alike[names.index(name.casefold()) % len(alike)] if alike else default_voice(voices, text)
