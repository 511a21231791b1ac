"""Subtitles of a transcript in SubRip and WebVTT, in cues short enough to read.

https://www.w3.org/TR/webvtt1/
"""

from __future__ import annotations

import html
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from core.bodies.transcription.timed_text import TimedPiece, timed_pieces, whole_text
from core.contract.events import Segment, TranscriptWord
from core.contract.text.spacing import join_texts

MOST_CHARACTERS = 84
MOST_SECONDS = 7.0
PAUSE = 0.7
"""A cue ends before one of these (`PAUSE` in seconds) would be exceeded, and where the speaker changes."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle; times in seconds."""

    start: float
    end: float
    text: str
    speaker: str | None = None


def cues(
    segments: Sequence[Segment], words: Sequence[TranscriptWord], text: str = "", seconds: float | None = None
) -> tuple[Cue, ...]:
    """Cues of the segments, else of the words, else one cue for the whole text; joined they are the text.

    No times are invented: a long segment without words stays one cue, and without times and a duration there
    are no cues.
    """
    if segments:
        words = sorted(words, key=middle)
        found = [cue for segment in whole_segments(segments, text) for cue in segment_cues(segment, words)]
        return tuple(without_overlap(found))
    if words:
        return tuple(without_overlap(word_cues(words, text)))
    whole = one_line(text)
    return (Cue(0.0, seconds, whole),) if whole and seconds is not None else ()


def whole_segments(segments: Sequence[Segment], text: str) -> Sequence[Segment]:
    """The segments with all of `text` in them, where they leave something of it out."""
    if unspaced("".join(segment.text for segment in segments)) == unspaced(text):
        return segments
    spoken = [segment for segment in segments if any(map(str.isalnum, segment.text))]
    named = [
        TranscriptWord(segment.text, segment.start, segment.end, None, segment.speaker) for segment in spoken
    ]
    pieces = timed_pieces(text, named, window=len(text))
    if not pieces or len(pieces) != len(spoken):
        return segments  # they have other words than the text
    return [
        replace(segment, text=piece.text, end=piece.end)
        for segment, piece in zip(spoken, pieces, strict=True)
    ]


def segment_cues(segment: Segment, words: Sequence[TranscriptWord]) -> Iterable[Cue]:
    """One cue where the segment fits, else several, divided by the times of its words and by their speakers
    where the segment has none; `words` are in the order of their middles."""
    text = one_line(segment.text)
    if not text:
        return ()
    whole = Cue(segment.start, segment.end, text, segment.speaker)
    inside = words_inside(segment, words)
    if fits(whole) and not any(word.speaker for word in inside):
        return (whole,)
    pieces = timed_pieces(segment.text, inside, segment.start, segment.end)
    return tuple(piece_cues(pieces)) or (whole,)


def fits(cue: Cue) -> bool:
    return len(cue.text) <= MOST_CHARACTERS and cue.end - cue.start <= MOST_SECONDS


def words_inside(segment: Segment, words: Sequence[TranscriptWord]) -> list[TranscriptWord]:
    """The words whose middle is in the segment; where that has a speaker, it is theirs."""
    first, last = bisect_left(words, segment.start, key=middle), bisect_right(words, segment.end, key=middle)
    found = words[first:last]
    return [replace(word, speaker=segment.speaker) for word in found] if segment.speaker else list(found)


def middle(word: TranscriptWord) -> float:
    return (word.start + word.end) / 2


def word_cues(words: Sequence[TranscriptWord], text: str) -> list[Cue]:
    """Consecutive words joined into cues, spelled as in `text`; one cue where none of them occurs there."""
    text = text if text.strip() else join_texts([word.word for word in words])
    begin, end = words[0].start, max(word.end for word in words)
    pieces = timed_pieces(text, words, begin, end)
    return list(piece_cues(pieces or [TimedPiece(text, begin, end)]))


def piece_cues(pieces: Iterable[TimedPiece]) -> Iterator[Cue]:
    line: list[TimedPiece] = []
    for piece in pieces:
        if line and starts_new_cue(line, piece):
            yield cue_of(line)
            line = []
        line.append(piece)
    if line:
        yield cue_of(line)


def starts_new_cue(line: Sequence[TimedPiece], piece: TimedPiece) -> bool:
    return (
        piece.speaker != line[-1].speaker
        or piece.start - line[-1].end > PAUSE
        or piece.end - line[0].start > MOST_SECONDS
        or len(whole_text([*line, piece])) > MOST_CHARACTERS
    )


def cue_of(line: Sequence[TimedPiece]) -> Cue:
    return Cue(line[0].start, max(piece.end for piece in line), whole_text(line), line[0].speaker)


def without_overlap(found: Sequence[Cue]) -> Iterator[Cue]:
    """With ends no later than the next beginning; two speakers may speak at the same time."""
    for cue, following in pairwise([*found, None]):
        if following and following.speaker == cue.speaker and cue.start <= following.start < cue.end:
            yield replace(cue, end=following.start)
        else:
            yield cue


def one_line(text: str) -> str:
    """`text` in one line: a blank line would end a cue."""
    return " ".join(text.split())


def unspaced(text: str) -> str:
    return "".join(text.split())


def srt(found: Iterable[Cue]) -> str:
    blocks = (
        f"{number}\n{timestamp(cue.start, ',')} --> {timestamp(cue.end, ',')}\n{cue_text(cue)}\n"
        for number, cue in enumerate(found, 1)
    )
    return "\n".join(blocks)


def vtt(found: Iterable[Cue]) -> str:
    blocks = (
        f"{timestamp(cue.start, '.')} --> {timestamp(cue.end, '.')}\n"
        f"{html.escape(cue_text(cue), quote=False)}\n"
        for cue in found
    )
    return "\n".join(("WEBVTT\n", *blocks))


def cue_text(cue: Cue) -> str:
    return f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text


def timestamp(seconds: float, point: str) -> str:
    """`HH:MM:SS,mmm`."""
    whole, milliseconds = divmod(round(max(0.0, seconds) * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{milliseconds:03}"
