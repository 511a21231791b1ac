"""Words of a stream without reading the rest of each event again: it is the same in all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from core.contract.events import ChatDelta
from core.providers.sse import EVENT_END, FIELD

WORDS = re.compile(rb'"content":[ \t]*("(?:[^"\\]|\\.)*")')
REST, new = ChatDelta()[1:], tuple.__new__
"""The rest of a plain delta, and the way past a named tuple's own constructor."""
LESSONS = 4
"""How often what comes around the words may change before it is no longer looked for."""


class Pattern:
    """The bytes around the words of an event that had nothing else to say, once one was seen.

    An event with the same bytes around one JSON string says the same, in other words: it was read through
    once, so it need not be read again.
    """

    __slots__ = ("_begins", "_ends", "_head", "_lessons", "_tail")

    def __init__(self) -> None:
        self._head = self._tail = self._begins = self._ends = b""
        self._lessons = LESSONS

    def read(self, data: bytes) -> ChatDelta | None:
        """The words of an event that fits; None for any other."""
        return said_between(self._head, data, self._tail)

    def read_chunk(self, chunk: bytes) -> ChatDelta | None:
        """The same of bytes that are one such event and nothing else, as those of a live stream mostly are.

        Two events are no JSON string, whatever stands at their ends.
        """
        return said_between(self._begins, chunk, self._ends)

    def learn(self, data: bytes) -> None:
        """Take the bytes around the words of `data`, which is known to be plain."""
        if not self._lessons:
            return
        self._lessons -= 1
        found = WORDS.search(data)
        if found is None:
            return
        head, tail = data[: found.start(1)], data[found.end(1) :]
        try:  # the first `content` need not be the one that counts
            same = plain(orjson.loads(head + b'"?"' + tail)) == ChatDelta("?")
        except orjson.JSONDecodeError:
            same = False
        if same and tail:
            self._head, self._tail = head, tail
            self._begins, self._ends = FIELD + head, tail + EVENT_END


def said_between(head: bytes, data: bytes, tail: bytes) -> ChatDelta | None:
    if head and data.startswith(head) and data.endswith(tail):
        try:
            text = orjson.loads(data[len(head) : -len(tail)])
        except orjson.JSONDecodeError:
            return None
        if text.__class__ is str and text:
            return new(ChatDelta, (text, *REST))
    return None


def plain(value: Any) -> ChatDelta | None:
    """The words of an event that has nothing else to say; None for any other, and for one that is odd."""
    try:
        (choice,) = value["choices"]
        delta = choice["delta"]
        text = delta["content"]
        if (
            text.__class__ is str
            and text
            # of what is neither null nor empty: the delta alone, and in it the words, perhaps with a role
            and len(said(choice)) == 1
            and len(said(delta)) == (2 if "role" in delta else 1)
            and not value.get("usage")
            and not value.get("error")
        ):
            return ChatDelta(text)
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    return None


def said(value: Mapping[str, Any]) -> list[Any]:
    return [*filter(None, value.values())]
