"""Times of segments and words, mended where a server leaves them out or confuses them.

A time that is missing, or out of order with most others, is put evenly between its neighbours; reversed ones
are swapped; one that overlaps the next ends where that begins. Entries of which none has a time get none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from core.providers.shared.quantities import MAX_QUANTITY


class Span(NamedTuple):
    """Seconds as a server tells them, None for what is no time; only spans of one speaker exclude each
    other."""

    start: float | None
    end: float | None
    speaker: str | None = None


def span_of(entry: Mapping[str, Any], speaker: str | None = None) -> Span:
    """The times of an entry: `start` and `end`, or the pair `timestamp` of Hugging Face's pipelines."""
    pair = entry.get("timestamp")
    first, last = (
        pair if isinstance(pair, list) and len(pair) == 2 else (entry.get("start"), entry.get("end"))
    )
    start, end = seconds_of(first), seconds_of(last)
    if start is not None and end is not None and start > end:
        start, end = end, start
    return Span(start, end, speaker)


def seconds_of(value: Any) -> float | None:
    """Seconds from a number or its text; a negative time is the beginning."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, found) if found <= MAX_QUANTITY else None


def mend(
    spans: Sequence[Span], begin: float | None = None, end: float | None = None
) -> list[tuple[float, float]]:
    """Times for all of `spans`, which are in the order of the text, between `begin` and `end` where those are
    known; [] where nothing is known."""
    times = [time for span in without_overlap(without_disorder(spans)) for time in span[:2]]
    if begin is None and all(time is None for time in times):
        return []
    filled = fill([begin or 0.0, *times, end])[1:-1]
    return list(zip(filled[::2], filled[1::2], strict=True))


def without_disorder(spans: Sequence[Span]) -> list[Span]:
    """Without the times of those spans that most others contradict."""
    starts = enumerate(map(first_time, spans))
    ordered = rising([(at, start) for at, start in starts if start is not None])
    return [span if at in ordered else Span(None, None, span.speaker) for at, span in enumerate(spans)]


def rising(numbered: Sequence[tuple[int, float]]) -> set[int]:
    """The numbers of a longest series of values that never fall (patience sorting)."""
    lowest: list[float] = []  # the lowest last value of a series of each length
    series: list[tuple[int, Any]] = []  # for each length its last number and the series before that
    for number, value in numbered:
        length = bisect_right(lowest, value)
        lowest[length:] = [value, *lowest[length + 1 :]]
        entry = (number, series[length - 1] if length else None)
        series[length:] = [entry, *series[length + 1 :]]
    found, last = set(), series[-1] if series else None
    while last is not None:
        number, last = last
        found.add(number)
    return found


def without_overlap(spans: Sequence[Span]) -> list[Span]:
    """With ends no later than the next beginning of the same speaker; two may speak at the same time."""
    found, following = [], Span(None, None)
    for span in reversed(spans):
        limit = first_time(following)
        if span.end is not None and limit is not None and span.speaker == following.speaker:
            span = span._replace(end=max(span.start or 0.0, min(span.end, limit)))
        following = following if first_time(span) is None else span
        found.append(span)
    return found[::-1]


def first_time(span: Span) -> float | None:
    return span.end if span.start is None else span.start


def fill(times: Sequence[float | None]) -> list[float]:
    """`times` (a beginning, starts and ends in turn, an end) with numbers for those that are None.

    A start stands at the same place as the end before it.
    """
    found, at = list(times), 0
    for place, time in enumerate(times):
        if time is None and place < len(times) - 1:
            continue
        left = found[at] or 0.0
        right = left if time is None else time
        if place == len(times) - 1:
            right = max(left, right)
        first, last = boundary(at), boundary(place)
        for between in range(at + 1, place):
            share = (boundary(between) - first) / max(1, last - first)
            time = round(left + (right - left) * share, 3)
            found[between] = min(right, max(left, time))
        found[place] = right
        at = place
    return [time or 0.0 for time in found]


def boundary(place: int) -> int:
    """The number of the boundary between entries at which a time stands, by its place in `fill`."""
    return place // 2
