"""Segments and words of an answer, in the spellings of servers with OpenAI's API, their times mended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.contract.events import Segment, TranscriptWord, TranscriptWords
from core.contract.text.spacing import join_texts
from core.providers.openai.transcription.times import mend, span_of
from core.providers.shared.quantities import quantity

NUMBERED = re.compile(r"(?:speaker[ _-]?)?(\d{1,2})", re.IGNORECASE)
LONGEST_SPEAKER = 64
MEASURES = ("seek", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob")
"""https://platform.openai.com/docs/api-reference/audio/verbose-json-object"""

Entry = Mapping[str, Any]


def entries(value: Entry, *names: str) -> Sequence[Entry]:
    """The objects in the first of the lists `names` that has any."""
    for name in names:
        found = value.get(name)
        if isinstance(found, list) and (objects := [entry for entry in found if isinstance(entry, dict)]):
            return objects
    return []


def text_of(value: Any) -> str | None:
    """The text of an answer, else that of its segments; None where it has neither."""
    if not isinstance(value, dict):
        return None
    text = value.get("text")
    if isinstance(text, str) and text.strip():
        return text
    told = [
        entry["text"] for entry in entries(value, "segments", "chunks") if isinstance(entry.get("text"), str)
    ]
    return join_texts(told) if told else text if isinstance(text, str) else None


def logprobs_of(value: Entry) -> tuple[Entry, ...]:
    """The tokens of a piece or of the whole, with their log probabilities."""
    return tuple(entries(value, "logprobs"))


def segments_of(value: Entry, measured: float | None) -> list[Segment]:
    """The segments of an answer, none where no time of them is known; `chunks` is Hugging Face's name.

    The last one ends with the file, of `measured` seconds, where the answer tells neither its end nor a
    duration.
    """
    given = [entry for entry in entries(value, "segments", "chunks") if isinstance(entry.get("text"), str)]
    end = quantity(value.get("duration")) or measured
    times = mend([span_of(entry, speaker_of(entry)) for entry in given], end=end)
    return [
        segment_of(entry, number, *time)
        for number, (entry, time) in enumerate(zip(given, times, strict=False))
    ]


def segment_after(entry: Entry, number: int, before: Segment | None) -> Segment | None:
    """The segment of one event of a stream, not earlier than the one `before`; None without a text."""
    if not isinstance(entry.get("text"), str):
        return None
    span, last = span_of(entry, speaker_of(entry)), before.end if before else 0.0
    if before and (span.start is None or (span.speaker == before.speaker and span.start < last)):
        span = span._replace(start=last)
    start = span.start if span.start is not None else last
    return segment_of(entry, number, start, max(start, span.end or 0.0))


def segment_of(entry: Entry, number: int, start: float, end: float) -> Segment:
    id = number_of(entry.get("id"), number)
    return Segment(id, start, end, entry["text"], speaker_of(entry), measures_of(entry))


def measures_of(entry: Entry) -> dict[str, Any]:
    """Whisper's own numbers that the entry has; one that JSON cannot carry, such as NaN, is null."""
    found = {name: entry[name] for name in MEASURES if name in entry and is_number(entry[name])}
    tokens = entry.get("tokens")
    if isinstance(tokens, list) and all(type(token) is int for token in tokens):
        found["tokens"] = tokens
    return found


def is_number(value: Any) -> bool:
    return value is None or type(value) in (int, float)


def word_events(value: Entry) -> Iterator[TranscriptWords]:
    if words := words_of(value):
        yield TranscriptWords(words, aligned=value.get("words_aligned") is True)


def words_of(value: Entry) -> tuple[TranscriptWord, ...]:
    """The words of an answer, else those inside its segments."""
    return timed_words(entries(value, "words")) or tuple(
        word for entry in entries(value, "segments", "chunks") for word in words_inside(entry)
    )


def words_inside(segment: Entry) -> tuple[TranscriptWord, ...]:
    """The words of one segment; those without times stand evenly between the others or in the segment."""
    span = span_of(segment)
    return timed_words(entries(segment, "words"), span.start, span.end, speaker_of(segment))


def timed_words(
    given: Sequence[Entry],
    begin: float | None = None,
    end: float | None = None,
    speaker: str | None = None,
) -> tuple[TranscriptWord, ...]:
    """The words that are not blank, between `begin` and `end` where those are known."""
    spelled = [(entry, spelling) for entry in given if (spelling := spelling_of(entry))]
    times = mend([span_of(entry) for entry, _ in spelled], begin, end)
    return tuple(
        TranscriptWord(spelling, *time, confidence_of(entry), speaker_of(entry) or speaker)
        for (entry, spelling), time in zip(spelled, times, strict=False)
    )


def spelling_of(entry: Entry) -> str:
    """The word without the white space that some servers put in front; "" where there is none."""
    found = entry.get("word", entry.get("text"))
    return found.strip() if isinstance(found, str) else ""


def confidence_of(entry: Entry) -> float | None:
    """From 0 to 1; faster-whisper calls it `probability`."""
    confidence = quantity(entry.get("confidence", entry.get("probability")))
    return confidence if confidence is not None and confidence <= 1 else None


def number_of(value: Any, default: int) -> int:
    """The number of `7` and of `seg_7`."""
    digits = str(value).rpartition("_")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else default


def speaker_of(entry: Entry) -> str | None:
    """A letter from A for `0`, `speaker_0` and `A`; a given name is kept."""
    speaker = entry.get("speaker_label", entry.get("speaker", entry.get("speaker_id")))
    if speaker is None or isinstance(speaker, bool) or not isinstance(speaker, str | int):
        return None
    found = NUMBERED.fullmatch(str(speaker).strip())
    number = int(found[1]) if found else -1
    return chr(ord("A") + number) if 0 <= number < 26 else str(speaker)[:LONGEST_SPEAKER] or None
