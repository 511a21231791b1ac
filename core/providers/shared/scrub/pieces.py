"""Hides secrets in a text that comes in pieces, wherever it is cut."""

from __future__ import annotations

from core.providers.shared.scrub.spellings import HIDDEN, MARK, Spellings


class PieceScrubber:
    """One text of an answer; true while the beginning of a secret at its end is held back.

    Only what begins with the first `MARK` characters of a secret is held back, until it is known how it goes
    on; of a secret that comes letter by letter, the letters before that many are let through.
    """

    __slots__ = ("_held", "_marks", "_seen", "_spellings")

    def __init__(self, spellings: Spellings) -> None:
        self._spellings = spellings
        self._marks = spellings.marks.search
        self._seen = ""  # the end of the text so far, with which a secret may begin
        self._held = 0  # characters at its end that were not let through; while there are any it has a mark

    def __bool__(self) -> bool:
        return self._held > 0

    def passes(self, piece: str) -> bool:
        """Whether nothing in `piece` belongs to a secret: then it is taken as added. Runs for every delta."""
        seen = self._seen + piece
        if self._marks(seen):
            return False
        self._seen = seen[1 - MARK :]
        return True

    def add(self, piece: str) -> str:
        """What the text goes on with, as far as it is known."""
        if self.passes(piece):
            return piece
        text, at, told, end = self._seen + piece, len(self._seen) - self._held, list[str](), 0
        for found in self._spellings.whole.finditer(text):
            end = found.end()
            told += (text[at : found.start()], HIDDEN)
            at = max(at, end)
        start = self._beginning(text, end)
        told.append(text[at:start])
        self._seen = text[start:] if start < len(text) else text[max(end, len(text) + 1 - MARK) :]
        self._held = len(text) - max(at, start)
        return "".join(told)

    def end(self) -> str:
        """What was held back; hidden where it is half of a secret or more."""
        if not self._held:
            return ""
        held, self._held = self._seen[-self._held :], 0
        most = max((len(spelling) for spelling in self._spellings.begins(self._seen)), default=0)
        return HIDDEN if len(self._seen) * 2 >= most else held

    def _beginning(self, text: str, after: int) -> int:
        """Where in `text` a secret begins whose rest has not come yet; its length where none does."""
        starts = (found.start() for found in self._spellings.starts.finditer(text, after))
        return next((start for start in starts if any(self._spellings.begins(text[start:]))), len(text))
