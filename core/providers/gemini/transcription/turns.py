"""What a model made for transcription answers: turns with their words and times.

https://ai.google.dev/api/generate-content#Transcription
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.contract.events import Segment, TranscriptWord
from core.providers.gemini.errors import objects
from core.providers.gemini.transcription.segments import speaker
from core.providers.shared.json_text import string

OFFSET = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")


@dataclass(frozen=True, slots=True)
class Turn:
    """One passage; `segment` and `words` as far as times were told."""

    text: str
    language: str | None
    words: tuple[TranscriptWord, ...]
    segment: Segment | None


def turn_of(value: Mapping[str, Any], id: int) -> Turn:
    text, named = string(value.get("text")).strip(), speaker(value.get("speakerLabel"))
    words = tuple(word for row in objects(value.get("words")) if (word := word_of(row, named)))
    start, end = offset(value.get("startOffset")), offset(value.get("endOffset"))
    start = words[0].start if start is None and words else start
    end = words[-1].end if end is None and words else end
    told = start is not None and end is not None and start <= end
    segment = Segment(id, start or 0.0, end or 0.0, text, named) if told else None
    language = string(value.get("languageCode")).partition("-")[0].lower()
    return Turn(text, language or None, words, segment)


def word_of(row: Mapping[str, Any], named: str | None) -> TranscriptWord | None:
    start, end = offset(row.get("startOffset")), offset(row.get("endOffset"))
    if start is None or end is None or start > end:
        return None
    own = speaker(row.get("speakerLabel"))
    return TranscriptWord(string(row.get("word")).strip(), start, end, speaker=own or named)


def offset(value: Any) -> float | None:
    """Seconds of a duration such as `1.5s`."""
    found = OFFSET.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) if found else None
