"""What a run's log is made of."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any] | bytes | str
"""An event: a dict of its fields, the bytes of audio, or a string for a `text.delta`."""
TEXTUAL = frozenset({dict, str})
Numbered = tuple[int, Body]


class Replaced:
    """In the place of an event that a later one replaces: its number is skipped from then on."""


REPLACED = Replaced()


def ends(body: Body) -> bool:
    """True for the one event that ends a run."""
    return type(body) is dict and body["type"] in ("run.done", "run.error")
