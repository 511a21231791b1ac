"""A text cut at its timed words: the times are those of the words, the spelling is the text's own.

Words come as the model heard them, often without punctuation or in another spelling (`20` for `twenty`). What
no word matches stays with the piece before it, so that the pieces joined are always the whole text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from core.contract.events import TranscriptWord
from core.contract.text.spacing import is_unspaced

WINDOW = 60
"""Letters and digits that may be passed over to find the next word."""
OPENING = ("Ps", "Pi")
"""Unicode categories of punctuation that belongs to what follows."""


@dataclass(frozen=True, slots=True)
class TimedPiece:
    """A part of a text with the white space and punctuation around it; times in seconds."""

    text: str
    start: float
    end: float
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word's letters are in the text (`first` and `last` of them), and when it was said."""

    first: int
    last: int
    start: float
    end: float
    speaker: str | None


class Letters:
    """The letters and digits of a text without case, width and accents, and where each of them stands."""

    def __init__(self, text: str) -> None:
        found = [(letter, place) for place, character in enumerate(text) for letter in folded(character)]
        self.text = text
        self.letters = "".join(letter for letter, _ in found)
        self.places = [place for _, place in found]

    def find(self, letters: str, at: int, window: int) -> int | None:
        """Where `letters` stand as a word, at `at` or up to `window` after it."""
        found = self.letters.find(letters, at, at + window + len(letters)) if letters else -1
        while found > at and not self.is_word(found, found + len(letters)):
            found = self.letters.find(letters, found + 1, at + window + len(letters))
        return None if found < 0 else found

    def is_word(self, start: int, stop: int) -> bool:
        return self.divides(start) and self.divides(stop)

    def divides(self, at: int) -> bool:
        """Whether a word may end before the letter `at` and another one begin there."""
        if not 0 < at < len(self.places):
            return True
        before, after = self.places[at - 1], self.places[at]
        return after > before + 1 or is_unspaced(self.text[after])


def folded(character: str) -> Iterator[str]:
    return filter(str.isalnum, unicodedata.normalize("NFKD", character).casefold())


def timed_pieces(
    text: str,
    words: Iterable[TranscriptWord],
    begin: float | None = None,
    end: float | None = None,
    window: int = WINDOW,
) -> list[TimedPiece]:
    """`text` in pieces, one for each of `words` that was found in it; [] where none was.

    `begin` and `end` are the times of the text: those of letters before the first word and after the last.
    """
    letters = Letters(text)
    places = word_places(letters, words, window)
    if not places:
        return []
    if begin is not None and places[0].first > letters.places[0]:
        places[0] = replace(places[0], start=min(begin, places[0].start))
    if end is not None and places[-1].last < letters.places[-1]:
        places[-1] = replace(places[-1], end=max(end, places[-1].end))
    cuts = [0, *(cut(text, before, after) for before, after in pairwise(places)), len(text)]
    return [
        TimedPiece(text[start:stop], place.start, place.end, place.speaker)
        for place, (start, stop) in zip(places, pairwise(cuts), strict=True)
    ]


def word_places(letters: Letters, words: Iterable[TranscriptWord], window: int) -> list[Place]:
    """The words found, in order; the time of one that was not found is added to the one before it."""
    found: list[Place] = []
    at = 0
    for word in words:
        spelled = "".join(letter for character in word.word for letter in folded(character))
        start = letters.find(spelled, at, window)
        if start is not None:
            at = start + len(spelled)
            first, last = letters.places[start], letters.places[at - 1]
            found.append(Place(first, last, word.start, word.end, word.speaker))
        elif found and spelled:
            found[-1] = replace(found[-1], end=max(found[-1].end, word.end))
    return found


def cut(text: str, before: Place, after: Place) -> int:
    """Where the piece of one word ends and that of the next begins: after white space, else after
    punctuation that does not open something."""
    at = after.first
    while at > before.last + 1 and unicodedata.category(text[at - 1]) in OPENING:
        at -= 1
    spaces = [place for place in range(before.last + 1, after.first) if text[place].isspace()]
    return spaces[-1] + 1 if spaces else at


def whole_text(pieces: Sequence[TimedPiece]) -> str:
    """The text of the pieces in one line: a blank line would end a cue."""
    return " ".join("".join(piece.text for piece in pieces).split())
