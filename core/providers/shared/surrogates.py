"""Halves of characters: JSON may have one surrogate without the other, which UTF-8 cannot carry.

Providers cut an emoji between two deltas, `"\\ud83d"` and `"\\ude00"`, and an answer that reaches its limit
ends with the first half. https://datatracker.ietf.org/doc/html/rfc8259#section-8.2
"""

from __future__ import annotations

import re
from typing import Any

HALF = re.compile("[\ud800-\udfff]")
FIRST_HALF_LAST = re.compile("[\ud800-\udbff]\\Z")
REPLACEMENT = "\ufffd"

Key = tuple[int, int | str]
"""Of one text among those of an answer: its choice and its name or number."""


class SurrogateJoiner:
    """Joins texts that come in pieces; `waiting` are the halves whose other one has not come."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: dict[Key, str] = {}

    def add(self, key: Key, piece: str, *, last: bool = False) -> str:
        """What a piece of the text `key` adds; a half at its end waits, unless it is the `last` one."""
        if not (piece or last):
            return ""
        text = self.waiting.pop(key, "") + piece
        if not last and FIRST_HALF_LAST.search(text):
            text, self.waiting[key] = text[:-1], text[-1]
        return without_halves(text)

    def end(self) -> dict[Key, str]:
        """What is left of each text."""
        rest = dict.fromkeys(self.waiting, REPLACEMENT)
        self.waiting.clear()
        return rest


def without_halves(text: str) -> str:
    """`text` with its pairs joined and U+FFFD in place of each half that is alone."""
    if not HALF.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean(value: Any) -> Any:
    """A JSON value without halves in its strings and names."""
    if isinstance(value, str):
        return without_halves(value)
    if isinstance(value, dict):
        return {without_halves(name): clean(inner) for name, inner in value.items()}
    return [clean(inner) for inner in value] if isinstance(value, list) else value
