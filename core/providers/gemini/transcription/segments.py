"""The transcript with times that a model writes as JSON: believed as far as the times can be right.

https://ai.google.dev/gemini-api/docs/audio#get-transcript
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.contract.errors import UpstreamInvalid
from core.contract.events import Segment
from core.providers.gemini.errors import objects
from core.providers.gemini.stream import value_of
from core.providers.shared.json_text import string
from core.providers.shared.quantities import quantity

CLOCK = re.compile(r"\[?(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,6})?)\]?")
SLACK = 1.5
"""Seconds that the last segment may end after the recording: models count whole ones."""
SPEAKER = re.compile(r"(?:speaker[ _-]*)?([A-Z]|\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimedTranscript:
    """The text, its language where it is a code, and its segments; none where their times cannot be right."""

    text: str
    language: str | None
    segments: tuple[Segment, ...]


def read_timed(text: str, seconds: float | None) -> TimedTranscript:
    """The transcript that a model wrote. Raises `UpstreamInvalid` for other than the JSON asked for."""
    value = value_of(text.encode()) if text.strip() else {}
    rows = value.get("segments") if isinstance(value, dict) else value
    if not isinstance(rows, list | None):
        raise UpstreamInvalid("The provider's transcript is not of the form asked for.")
    found = [row for row in objects(rows) if string(row.get("text")).strip()]
    language = string(value.get("language")).partition("-")[0].lower() if isinstance(value, dict) else ""
    return TimedTranscript(
        " ".join(string(row["text"]).strip() for row in found),
        language if re.fullmatch("[a-z]{2,3}", language) else None,
        tuple(timed(found, seconds)),
    )


def timed(rows: list[Mapping[str, Any]], seconds: float | None) -> Iterator[Segment]:
    """The segments; none where one of them has no time, goes backwards or is after the end."""
    spans = [(clock(row.get("start")), clock(row.get("end"))) for row in rows]
    last = 0.0
    for start, end in spans:
        if start is None or end is None or not last <= start <= end:
            return
        last = start
    if seconds is not None and spans and (spans[-1][1] or 0) > seconds + SLACK:
        return
    for id, (row, (start, end)) in enumerate(zip(rows, spans, strict=True)):
        if start is not None and end is not None:
            capped = end if seconds is None else min(end, max(seconds, start))
            yield Segment(id, start, capped, string(row["text"]).strip(), speaker(row.get("speaker")))


def clock(value: Any) -> float | None:
    """Seconds of a time such as `01:02.5`, or of a number of seconds."""
    if isinstance(value, str):
        found = CLOCK.fullmatch(value.strip())
        if not found:
            return None
        hours, minutes, rest = int(found[1] or 0), int(found[2]), float(found[3].replace(",", "."))
        return round(hours * 3600 + minutes * 60 + rest, 3)
    return quantity(value)


def speaker(value: Any) -> str | None:
    """The letter of a speaker, else the name as it is."""
    text = string(value).strip()
    found = SPEAKER.fullmatch(text)
    if not found:
        return text or None
    return (
        chr(ord("A") + int(found[1]) - 1)
        if found[1].isdigit() and 0 < int(found[1]) < 27
        else found[1].upper()
    )
