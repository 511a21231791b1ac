"""Tool calls from their fragments, kept apart even where a server gives all of them the same index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from core.contract.errors import UpstreamInvalid
from core.contract.events import ToolCall


class ToolCallReader:
    """Finds the call that each fragment of a choice belongs to."""

    __slots__ = ("_counts", "_latest")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}  # calls of each choice so far
        self._latest: dict[tuple[int, int], tuple[str, int]] = {}  # (choice, index): (id, our index)

    def read(self, fragments: list[Any], choice: int) -> tuple[ToolCall, ...]:
        """Each fragment with the index of its call. Raises `UpstreamInvalid` for one that is no object."""
        return tuple(self._call(fragment, position, choice) for position, fragment in enumerate(fragments))

    def _call(self, fragment: Any, position: int, choice: int) -> ToolCall:
        if not isinstance(fragment, dict):
            raise UpstreamInvalid("The provider sent a tool call that is not an object.")
        kind = "custom" if isinstance(fragment.get("custom"), dict) else "function"
        call = fragment.get(kind)
        call = call if isinstance(call, dict) else {}
        name, id = call.get("name"), fragment.get("id")
        id = id if isinstance(id, str) else ""
        return ToolCall(
            self._index(fragment, position, choice, id),
            id,
            name if isinstance(name, str) else "",
            arguments(call.get("input" if kind == "custom" else "arguments")),
            kind,
        )

    def _index(self, fragment: Mapping[str, Any], position: int, choice: int, id: str) -> int:
        """A different id at the same index is another call: Gemini gives all of them the index 0."""
        index = fragment.get("index")
        key = choice, index if type(index) is int else position
        known, ours = self._latest.get(key, ("", -1))
        if ours < 0 or (id and known and id != known):
            ours = self._counts.get(choice, 0)
            self._counts[choice] = ours + 1
        self._latest[key] = id or known, ours
        return ours


def arguments(value: Any) -> str:
    """The arguments as JSON text; some servers send the object itself."""
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value).decode()
