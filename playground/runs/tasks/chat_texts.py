"""The texts of an answer, from the log of its run: kept elsewhere too, they would be in memory twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from playground.runs.log import Log, Numbered

OBJECTS = {"reasoning.delta": 1, "text.delta": 2}
"""Events of the other texts, by the field that they continue: text of the answer is not an object."""


MOST = 1024 * 1024
"""Bytes of an answer that are stored as one text, more than any model writes in one answer. To be stored, it
is in memory as a whole, and many times over; what is longer is in the events of the run alone."""


class ChatTexts(NamedTuple):
    """`transcript` is what the audio of the answer says; `cut` says that the answer is longer."""

    text: str = ""
    reasoning: str = ""
    transcript: str = ""
    cut: bool = False


def texts_of(log: Log) -> ChatTexts:
    """The texts so far, up to `MOST` bytes of them; blocking, for any thread."""
    found: tuple[list[str], ...] = ([], [], [])
    left = MOST
    for batch in log.texts():
        for whole, piece in zip(found, pieces_of(batch), strict=True):
            kept = first_bytes(piece, left)
            whole.append(kept)
            left -= size_of(kept)
            if kept != piece:
                return ChatTexts(*map("".join, found), cut=True)
    return ChatTexts(*map("".join, found))


def pieces_of(batch: Sequence[Numbered]) -> Iterator[str]:
    """What a batch of events adds to each text."""
    pieces: tuple[list[str], ...] = ([], [], [])
    for _, body in batch:
        if type(body) is str:  # most events
            pieces[0].append(body)
        elif isinstance(body, dict) and (field := OBJECTS.get(body["type"])):
            pieces[field].append(body["text"])
    return map("".join, pieces)


def size_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def first_bytes(text: str, size: int) -> str:
    """Whole characters of no more than `size` bytes."""
    if size_of(text) <= size:
        return text
    return text.encode("utf-8", "surrogatepass")[:size].decode("utf-8", "ignore")
