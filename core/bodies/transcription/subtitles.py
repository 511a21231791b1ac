"""Subtitles of a transcript in SubRip and WebVTT, in cues short enough to read.

https://www.w3.org/TR/webvtt1/
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.contract.events import Segment, TranscriptWord

MOST_CHARACTERS = 84
MOST_SECONDS = 7.0
PAUSE = 0.7
"""A cue ends before one of these (`PAUSE` in seconds) would be exceeded, and where the speaker changes."""

IDEOGRAPHS = 0x2E80
"""Code points from here on belong mostly to scripts that write no spaces between words."""


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
    """Cues of the segments, else of the words, else one cue for the whole text.

    No times are invented: a long segment without words stays one cue, and without times and a duration there
    are no cues.
    """
    if segments:
        return tuple(cue for segment in segments for cue in segment_cues(segment, words))
    if words:
        return tuple(word_cues(words))
    whole = one_line(text)
    return (Cue(0.0, seconds, whole),) if whole and seconds is not None else ()


def segment_cues(segment: Segment, words: Sequence[TranscriptWord]) -> Iterable[Cue]:
    """One cue where the segment fits, else several, divided by the times of its words."""
    text = one_line(segment.text)
    if not text:
        return ()
    whole = Cue(segment.start, segment.end, text, segment.speaker)
    if len(text) <= MOST_CHARACTERS and segment.end - segment.start <= MOST_SECONDS:
        return (whole,)
    timed = punctuated_words(segment, words)
    return tuple(word_cues(timed)) if timed else (whole,)


def punctuated_words(segment: Segment, words: Sequence[TranscriptWord]) -> list[TranscriptWord]:
    """The segment's words, with its punctuation and the times of `words`; empty where the two do not match.

    Some models have punctuation in the segments only.
    """
    inside = [word for word in words if segment.start <= (word.start + word.end) / 2 <= segment.end]
    spelled = segment.text.split()
    if len(spelled) == len(inside):
        return [
            TranscriptWord(token, word.start, word.end, word.confidence, segment.speaker)
            for token, word in zip(spelled, inside, strict=True)
        ]
    return (
        inside if alphanumerics(segment.text) == alphanumerics("".join(word.word for word in inside)) else []
    )


def alphanumerics(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def word_cues(words: Iterable[TranscriptWord]) -> Iterator[Cue]:
    """Consecutive words joined into cues."""
    line: list[TranscriptWord] = []
    for word in words:
        if line and starts_new_cue(line, word):
            yield cue(line)
            line = []
        line.append(word)
    if line:
        yield cue(line)


def starts_new_cue(line: Sequence[TranscriptWord], word: TranscriptWord) -> bool:
    return (
        word.speaker != line[-1].speaker
        or word.start - line[-1].end > PAUSE
        or word.end - line[0].start > MOST_SECONDS
        or len(join_words([*line, word])) > MOST_CHARACTERS
    )


def cue(line: Sequence[TranscriptWord]) -> Cue:
    return Cue(line[0].start, max(word.end for word in line), join_words(line), line[0].speaker)


def join_words(words: Iterable[TranscriptWord]) -> str:
    """Words as a sentence, without spaces where the script has none."""
    text = ""
    for next_word in (one_line(word.word) for word in words):
        glued = not text or not next_word or (ord(text[-1]) >= IDEOGRAPHS and ord(next_word[0]) >= IDEOGRAPHS)
        text += next_word if glued else f" {next_word}"
    return text


def one_line(text: str) -> str:
    """`text` in one line: a blank line would end a cue."""
    return " ".join(text.split())


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
