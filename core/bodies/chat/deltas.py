"""What providers say in pieces, joined: log probabilities, annotations, details of their reasoning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GROWING = frozenset({"arguments", "content", "data", "refusal", "summary", "text", "thinking"})
"""Strings that come in pieces; any other is said anew."""


def merge(whole: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Add `piece` to `whole`: objects by name, lists at their end or by `index`, null says nothing."""
    for name, value in piece.items():
        before = whole.get(name)
        if value is None and name in whole:
            continue
        if isinstance(before, dict) and isinstance(value, Mapping):
            merge(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            extend(before, value)
        elif isinstance(before, str) and isinstance(value, str) and name in GROWING:
            whole[name] = before + value
        else:
            whole[name] = copied(value)


def extend(whole: list[Any], entries: list[Any]) -> None:
    """Add entries; one with the `index` and `type` of an earlier one is its next piece."""
    for entry in entries:
        earlier = next((known for known in whole if same(known, entry)), None)
        if earlier is None:
            whole.append(copied(entry))
        else:
            merge(earlier, entry)


def same(known: Any, entry: Any) -> bool:
    return (
        isinstance(known, dict)
        and isinstance(entry, dict)
        and isinstance(entry.get("index"), int)
        and (known.get("index"), known.get("type")) == (entry["index"], entry.get("type"))
    )


def copied(value: Any) -> Any:
    """A value that may grow without the provider's event growing with it."""
    if isinstance(value, Mapping):
        return {name: copied(inner) for name, inner in value.items()}
    return [copied(inner) for inner in value] if isinstance(value, list) else value
