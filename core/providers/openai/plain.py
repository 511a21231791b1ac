"""Words of a stream without reading the rest of each event again: it is the same in all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from core.contract.events import NOTHING_BESIDE, ChatDelta
from core.providers.shared.sse import EVENT_END, FIELD

WORDS = re.compile(rb'"content":[ \t]*("(?:[^"\\]|\\.)*")')
new = tuple.__new__
"""The way past a named tuple's own constructor."""
LESSONS = 4
"""How often what comes around the words may change before it is no longer looked for."""


class Pattern:
    """The bytes around the words of an event that had nothing else to say, once one was seen.

    An event with the same bytes around one JSON string says the same, in other words: it was read through
    once, so it need not be read again. `head` and `tail` are around its words; `begins` and `ends` around
    those of a chunk that is one such event and nothing else, as those of a live stream mostly are.
    """

    __slots__ = ("_lessons", "begins", "ends", "head", "tail")

    def __init__(self) -> None:
        self.head = self.tail = b""
        self.begins = self.ends = b""
        self._lessons = LESSONS

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
            self.head, self.tail = head, tail
            self.begins, self.ends = FIELD + head, tail + EVENT_END


def said_between(head: bytes, data: bytes, tail: bytes) -> ChatDelta | None:
    """The words of what fits a pattern; None for anything else. Two events are no JSON string, whatever
    stands at their ends."""
    if head and data.startswith(head) and data.endswith(tail):
        try:
            text = orjson.loads(data[len(head) : -len(tail)])
        except orjson.JSONDecodeError:
            return None
        if text.__class__ is str and text:
            return new(ChatDelta, (text, *NOTHING_BESIDE))
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
