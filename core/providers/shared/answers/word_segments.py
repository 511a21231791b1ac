"""Segments made of words, for vendors that tell the times of words alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.contract.events import Segment, TimedCharacter
from core.contract.text.spacing import join_texts

SPACING, SOUND = "spacing", "audio_event"
"""Types of entries that are no words."""
PAUSE = 0.7
"""Seconds of silence after which a segment begins."""
LONGEST = 30.0
"""Seconds after which a segment ends with the next sentence."""
SENTENCE_END = re.compile(r"[.!?…。！？][\"'»”)]*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A word, the space between two, or a sound; times in seconds, None where it has none."""

    text: str
    type: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None
    confidence: float | None = None
    characters: tuple[TimedCharacter, ...] = ()


def segments_of(entries: Iterable[Entry]) -> list[Segment]:
    """Segments: each ends before a pause or another speaker, and a long one at the end of a sentence."""
    groups: list[list[Entry]] = []
    for entry in entries:
        if groups and not begins_segment(groups[-1], entry):
            groups[-1].append(entry)
        elif entry.type != SPACING:
            groups.append([entry])
    timed = [group for group in groups if group[0].start is not None]
    return [segment_of(number, group) for number, group in enumerate(timed)]


def segment_of(number: int, group: list[Entry]) -> Segment:
    """The segment of entries of which the first has a time."""
    start = group[0].start or 0.0
    end = max(
        (entry.end for entry in group if entry.end is not None and entry.type != SPACING), default=start
    )
    text = (
        "".join(entry.text for entry in group) if has_spaces(group) else join_texts([e.text for e in group])
    )
    return Segment(number, start, max(start, end), text.strip(), group[0].speaker)


def has_spaces(group: list[Entry]) -> bool:
    """Whether the spaces between words are told; otherwise they are added."""
    return any(entry.type == SPACING for entry in group)


def begins_segment(group: list[Entry], entry: Entry) -> bool:
    """Whether `entry` does not belong to the segment of `group`."""
    if entry.type == SPACING or entry.start is None:
        return False
    last = next((each for each in reversed(group) if each.type != SPACING), group[0])
    if entry.speaker != last.speaker:
        return True
    if last.end is not None and entry.start - last.end > PAUSE:
        return True
    begin = group[0].start if group[0].start is not None else entry.start
    return entry.start - begin > LONGEST and SENTENCE_END.search(last.text) is not None
