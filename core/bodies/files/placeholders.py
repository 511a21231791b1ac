"""What was taken out of a body by mistake, written back: strings that look like files where none belongs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

LONGEST = 512
"""No string with a mark is longer: a data URL's beginning and the mark itself."""


def restored(value: Any, marks: Collection[str], text: Callable[[str], str]) -> Any:
    """`value` with the text of every mark in it in place of that mark; what stands before one is kept.

    `text` is called for the marks that are found and for no other.
    """
    if isinstance(value, str):
        return unmarked(value, marks, text) if len(value) <= LONGEST else value
    if isinstance(value, Mapping):
        return {name: restored(inner, marks, text) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(restored(inner, marks, text) for inner in value)
    return value


def unmarked(value: str, marks: Collection[str], text: Callable[[str], str]) -> str:
    for mark in marks:
        if value.endswith(mark):
            return value.removesuffix(mark) + text(mark)
    return value
