"""From the times of characters, as they come chunk by chunk, to the times of words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.contract.events import SpeechWord, SpeechWords
from core.contract.text.spacing import is_unspaced
from core.providers.shared.quantities import quantity

SLACK = 0.05
"""Seconds by which neighbours may overlap without being told in another clock."""


class WordTimes:
    """Collects characters; a word ends at white space, and is a character where a script writes no spaces.

    Times count from the beginning of the audio. Where those of a chunk go back they are taken to count from
    its own beginning.
    """

    __slots__ = ("_end", "_offset", "_start", "_word")

    def __init__(self) -> None:
        self._word = ""
        self._start = 0.0
        self._end = 0.0
        self._offset = 0.0

    def add(self, alignment: Any) -> SpeechWords | None:
        """The words that are complete with this chunk's characters; None without any."""
        words = tuple(word for timed in self._timed(alignment) for word in self._character(*timed))
        return SpeechWords(words) if words else None

    def end(self) -> SpeechWords | None:
        """The last word."""
        words = tuple(self._finish())
        return SpeechWords(words) if words else None

    def _timed(self, alignment: Any) -> Iterator[tuple[str, float, float]]:
        """Each character with its times from the beginning of the audio."""
        known = characters(alignment)
        if known and known[0][1] + self._offset < self._end - SLACK:
            self._offset = self._end
        for character, start, end in known:
            yield character, start + self._offset, end + self._offset

    def _character(self, character: str, start: float, end: float) -> Iterator[SpeechWord]:
        if character.isspace():
            yield from self._finish()
            return
        if self._word and is_unspaced(character) and character.isalnum():
            yield from self._finish()
        if not self._word:
            self._start = max(start, self._end)
        self._word += character
        self._end = max(end, self._start)

    def _finish(self) -> Iterator[SpeechWord]:
        if self._word:
            yield SpeechWord(self._word, round(self._start, 3), round(self._end, 3))
            self._word = ""


def characters(alignment: Any) -> list[tuple[str, float, float]]:
    """(character, start, end) of an alignment; [] for what is none.

    https://elevenlabs.io/docs/api-reference/text-to-speech/stream-with-timestamps#response.body.alignment
    """
    if not isinstance(alignment, Mapping):
        return []
    names = ("characters", "character_start_times_seconds", "character_end_times_seconds")
    lists = [alignment.get(name) for name in names]
    if not all(isinstance(each, list) for each in lists):
        return []
    found = []
    for character, start, end in zip(*lists, strict=False):
        times = quantity(start), quantity(end)
        if isinstance(character, str) and times[0] is not None and times[1] is not None:
            found.append((character, times[0], times[1]))
    return found
