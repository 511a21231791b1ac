"""Subtitles from what was heard: cues short enough to read, in SubRip and WebVTT."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.contract.events import Segment, TranscriptWord

MOST_CHARACTERS = 84
MOST_SECONDS = 7.0
PAUSE = 0.7
"""A cue ends where one of these would be exceeded, and where the speaker changes."""

IDEOGRAPHS = 0x2E80
"""Scripts from here on write no spaces between words."""


@dataclass(frozen=True, slots=True)
class Cue:
    start: float
    end: float
    text: str
    speaker: str | None = None


def cues(
    segments: Sequence[Segment], words: Sequence[TranscriptWord], text: str = "", seconds: float | None = None
) -> tuple[Cue, ...]:
    """Cues from words where there are any, else one for each segment, else one for the whole.

    Nothing is invented: without words a long segment stays one cue, without any times and a duration there
    are none.
    """
    if segments:
        return tuple(cue for segment in segments for cue in segment_cues(segment, words))
    if words:
        return tuple(word_cues(words))
    whole = one_line(text)
    return (Cue(0.0, seconds, whole),) if whole and seconds is not None else ()


def segment_cues(segment: Segment, words: Sequence[TranscriptWord]) -> Iterable[Cue]:
    """The segment whole where it fits, else cut where its words were said."""
    text = one_line(segment.text)
    if not text:
        return ()
    whole = Cue(segment.start, segment.end, text, segment.speaker)
    if len(text) <= MOST_CHARACTERS and segment.end - segment.start <= MOST_SECONDS:
        return (whole,)
    timed = punctuated(segment, words)
    return tuple(word_cues(timed)) if timed else (whole,)


def punctuated(segment: Segment, words: Sequence[TranscriptWord]) -> list[TranscriptWord]:
    """The segment's words as it spells them, at the times of `words`; empty where the two do not match.

    Some models tell times of bare words, and commas in the segment only.
    """
    inside = [word for word in words if segment.start <= (word.start + word.end) / 2 <= segment.end]
    spelled = segment.text.split()
    if len(spelled) == len(inside):
        return [
            TranscriptWord(token, word.start, word.end, word.confidence, segment.speaker)
            for token, word in zip(spelled, inside, strict=True)
        ]
    return inside if bare(segment.text) == bare("".join(word.word for word in inside)) else []


def bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def word_cues(words: Iterable[TranscriptWord]) -> Iterator[Cue]:
    line: list[TranscriptWord] = []
    for word in words:
        if line and ends(line, word):
            yield cue(line)
            line = []
        line.append(word)
    if line:
        yield cue(line)


def ends(line: Sequence[TranscriptWord], word: TranscriptWord) -> bool:
    return (
        word.speaker != line[-1].speaker
        or word.start - line[-1].end > PAUSE
        or word.end - line[0].start > MOST_SECONDS
        or len(joined([*line, word])) > MOST_CHARACTERS
    )


def cue(line: Sequence[TranscriptWord]) -> Cue:
    return Cue(line[0].start, max(word.end for word in line), joined(line), line[0].speaker)


def joined(words: Iterable[TranscriptWord]) -> str:
    """Words as a sentence, without spaces where the script has none."""
    text = ""
    for spoken in (one_line(word.word) for word in words):
        glued = not text or not spoken or (ord(text[-1]) >= IDEOGRAPHS and ord(spoken[0]) >= IDEOGRAPHS)
        text += spoken if glued else f" {spoken}"
    return text


def one_line(text: str) -> str:
    """A blank line would end a cue."""
    return " ".join(text.split())


def srt(found: Iterable[Cue]) -> str:
    blocks = (
        f"{number}\n{moment(cue.start, ',')} --> {moment(cue.end, ',')}\n{said(cue)}\n"
        for number, cue in enumerate(found, 1)
    )
    return "\n".join(blocks)


def vtt(found: Iterable[Cue]) -> str:
    blocks = (
        f"{moment(cue.start, '.')} --> {moment(cue.end, '.')}\n{html.escape(said(cue), quote=False)}\n"
        for cue in found
    )
    return "\n".join(("WEBVTT\n", *blocks))


def said(cue: Cue) -> str:
    return f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text


def moment(seconds: float, point: str) -> str:
    """`HH:MM:SS,mmm`."""
    whole, milliseconds = divmod(round(max(0.0, seconds) * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{milliseconds:03}"
