"""The texts of an answer, from the log of its run: kept elsewhere too, they would be in memory twice."""

from __future__ import annotations

from typing import NamedTuple

from playground.runs.log import Log

OBJECTS = {"reasoning.delta": 1, "text.delta": 2}
"""Events of the other texts, by the field that they continue: text of the answer is not an object."""


class ChatTexts(NamedTuple):
    """`transcript` is what the audio of the answer says."""

    text: str
    reasoning: str
    transcript: str


def texts_of(log: Log) -> ChatTexts:
    """The texts so far; blocking, for any thread."""
    found: tuple[list[str], ...] = ([], [], [])
    for batch in log.texts():
        pieces: tuple[list[str], ...] = ([], [], [])
        for _, body in batch:
            if type(body) is str:  # most events
                pieces[0].append(body)
            elif isinstance(body, dict) and (field := OBJECTS.get(body["type"])):
                pieces[field].append(body["text"])
        for whole, parts in zip(found, pieces, strict=True):
            whole.append("".join(parts))
    return ChatTexts(*map("".join, found))
