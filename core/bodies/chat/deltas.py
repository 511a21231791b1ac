"""Joins the pieces of fields that providers stream: log probabilities, annotations, reasoning details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

APPENDED = frozenset({"arguments", "content", "data", "refusal", "summary", "text", "thinking"})
"""Fields whose strings come in pieces; a string in any other field replaces the earlier one."""


def merge(whole: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Add `piece` to `whole`, in place: objects are merged, lists extended, null leaves a value as it is."""
    for name, value in piece.items():
        before = whole.get(name)
        if value is None and name in whole:
            continue
        if isinstance(before, dict) and isinstance(value, Mapping):
            merge(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            extend(before, value)
        elif isinstance(before, str) and isinstance(value, str) and name in APPENDED:
            whole[name] = before + value
        else:
            whole[name] = deep_copy(value)


def extend(whole: list[Any], entries: list[Any]) -> None:
    """Append entries, in place; one with the `index` and `type` of an earlier one is merged into it."""
    for entry in entries:
        earlier = next((known for known in whole if is_continuation(known, entry)), None)
        if earlier is None:
            whole.append(deep_copy(entry))
        else:
            merge(earlier, entry)


def is_continuation(known: Any, entry: Any) -> bool:
    return (
        isinstance(known, dict)
        and isinstance(entry, dict)
        and isinstance(entry.get("index"), int)
        and (known.get("index"), known.get("type")) == (entry["index"], entry.get("type"))
    )


def deep_copy(value: Any) -> Any:
    """A copy, so that merging into it leaves the event it came from unchanged."""
    if isinstance(value, Mapping):
        return {name: deep_copy(inner) for name, inner in value.items()}
    return [deep_copy(inner) for inner in value] if isinstance(value, list) else value
