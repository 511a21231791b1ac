"""The words of an answer.

https://elevenlabs.io/docs/api-reference/speech-to-text/convert#response.body.words
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.contract.events import TimedCharacter, TranscriptWord
from core.providers.shared.answers.word_segments import SOUND, SPACING, Entry
from core.providers.shared.json_text import string
from core.providers.shared.quantities import quantity

NUMBERED = re.compile(r"speaker_(\d{1,2})")
LONGEST_SPEAKER = 64


def entries_of(value: Mapping[str, Any]) -> list[Entry]:
    """The entries that can be read; those of a file with a channel for each speaker are in order of time.

    https://elevenlabs.io/docs/eleven-api/guides/how-to/speech-to-text/batch/multichannel-transcription
    """
    transcripts = value.get("transcripts")
    if not isinstance(transcripts, list):
        return list(readable(value.get("words"), None))
    found = [
        entry
        for channel, each in enumerate(transcripts)
        if isinstance(each, Mapping)
        for entry in readable(each.get("words"), chr(ord("A") + channel % 26))
        if entry.type != SPACING
    ]
    return sorted(found, key=lambda entry: entry.start or 0.0)


def readable(words: Any, speaker: str | None) -> Iterator[Entry]:
    for word in words if isinstance(words, list) else ():
        if isinstance(word, Mapping) and string(word.get("text")):
            yield entry_of(word, speaker)


def entry_of(word: Mapping[str, Any], speaker: str | None) -> Entry:
    start, end = quantity(word.get("start")), quantity(word.get("end"))
    if start is not None and end is not None and end < start:
        start, end = end, start
    return Entry(
        word["text"],
        string(word.get("type")) or "word",
        start,
        end,
        speaker_of(word.get("speaker_id")) or speaker,
        confidence_of(word.get("logprob")),
        tuple(characters_of(word.get("characters"))),
    )


def characters_of(characters: Any) -> Iterator[TimedCharacter]:
    for each in characters if isinstance(characters, list) else ():
        times = (quantity(each.get("start")), quantity(each.get("end"))) if isinstance(each, Mapping) else ()
        if times and times[0] is not None and times[1] is not None and string(each.get("text")):
            yield TimedCharacter(each["text"], times[0], times[1])


def words_of(entries: Iterable[Entry]) -> tuple[TranscriptWord, ...]:
    """The words with times; neither spaces nor sounds."""
    return tuple(
        TranscriptWord(
            entry.text.strip(), entry.start, entry.end, entry.confidence, entry.speaker, entry.characters
        )
        for entry in entries
        if entry.type not in (SPACING, SOUND) and entry.start is not None and entry.end is not None
    )


def speaker_of(speaker: Any) -> str | None:
    """A letter from A for `speaker_0`; a name such as `agent` is kept."""
    text = string(speaker).strip()
    found = NUMBERED.fullmatch(text)
    number = int(found[1]) if found else -1
    return chr(ord("A") + number) if 0 <= number < 26 else text[:LONGEST_SPEAKER] or None


def confidence_of(logprob: Any) -> float | None:
    if isinstance(logprob, bool) or not isinstance(logprob, int | float) or logprob > 0:
        return None
    return round(math.exp(logprob), 4)
