"""The default voice for a text, by the language that it is probably in."""

from __future__ import annotations

from collections.abc import Sequence

from core.catalogue.entries import VoiceEntry
from core.catalogue.validation.text_language import likely_language


def default_voice(voices: Sequence[VoiceEntry], text: str) -> str | None:
    """Id of the first voice for the text's likely language, else of the first voice; None without voices."""
    return voices_for(text, voices)[0].id if voices else None


def voices_for(text: str, voices: Sequence[VoiceEntry]) -> Sequence[VoiceEntry]:
    """The voices for the text's likely language and those for any; all of them where there is none."""
    if len(voices) < 2:
        return voices
    wanted = likely_language(text)
    return [one for one in voices if one.language == "" or primary(one.language) == wanted] or voices


def primary(tag: str) -> str:
    return tag.split("-", 1)[0].casefold()
