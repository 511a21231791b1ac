"""The words of a text with their times, from the marks of the speech engine."""

from __future__ import annotations

import re
import unicodedata

from core.media.worker.engines.espeak import WORD, Mark

UNSPACED = re.compile(
    "[\\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uabff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""White space and scripts written without it: wherever one of these stands a new word may begin."""

TimedWord = tuple[str, float, float]


class WordTimes:
    """The words of one fragment; `origin` and times are in seconds of the finished audio.

    The engine marks `$1,250` five times and `of the` once; here a word is what stands between one place
    where a word may begin and the next one that was marked, without the punctuation around it.
    """

    def __init__(self, text: str, *, origin: float, seconds_per_sample: float) -> None:
        self.text = text
        self.origin = origin
        self.scale = seconds_per_sample
        self._start: int | None = None
        self._begin = 0
        self._end: int | None = None

    def add(self, marks: list[Mark]) -> list[TimedWord]:
        """The words that these marks complete."""
        found: list[TimedWord] = []
        for mark in marks:
            if mark.kind != WORD:
                self._end = mark.sample
            elif self._begins(mark.position):
                start = self._token_start(mark.position)
                found += self._complete(start, mark.sample)
                self._start, self._begin, self._end = start, mark.sample, None
        return found

    def finish(self, samples: int) -> list[TimedWord]:
        """The last word, given how many samples the fragment came to."""
        return self._complete(len(self.text), samples)

    def _begins(self, position: int) -> bool:
        if not 0 <= position < len(self.text):
            return False
        if self._start is None:
            return True
        return position > self._start and UNSPACED.search(self.text, self._start, position + 1) is not None

    def _token_start(self, position: int) -> int:
        while position > 0 and not UNSPACED.match(self.text, position - 1):
            position -= 1
        return position

    def _complete(self, position: int, limit: int) -> list[TimedWord]:
        if self._start is None:
            return []
        word = trim(self.text[self._start : position])
        begin = min(self._begin, limit)
        end = max(begin, limit if self._end is None else min(self._end, limit))
        self._start = None
        if not word:
            return []
        return [(word, round(self.origin + begin * self.scale, 3), round(self.origin + end * self.scale, 3))]


def trim(word: str) -> str:
    """Without the white space and punctuation around it, unless there is nothing else."""
    start, end = 0, len(word)
    while start < end and _around(word[start]):
        start += 1
    while end > start and _around(word[end - 1]):
        end -= 1
    return word[start:end] or word.strip()


def _around(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] == "P"
