"""Calls of tools as they come in fragments, told apart even where a server numbers them all alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from core.contract.errors import UpstreamInvalid
from core.contract.events import ToolCall


class ToolCallReader:
    """Remembers which call each choice's fragments belong to."""

    __slots__ = ("_begun", "_latest")

    def __init__(self) -> None:
        self._begun: dict[int, int] = {}  # calls of a choice so far
        self._latest: dict[tuple[int, int], tuple[str, int]] = {}  # (choice, index): (id, our index)

    def read(self, fragments: list[Any], choice: int) -> tuple[ToolCall, ...]:
        """Each fragment with the index of its call. Raises `UpstreamInvalid` for what is none."""
        return tuple(self._call(fragment, position, choice) for position, fragment in enumerate(fragments))

    def _call(self, fragment: Any, position: int, choice: int) -> ToolCall:
        if not isinstance(fragment, dict):
            raise UpstreamInvalid("The provider sent a tool call that is not an object.")
        kind = "custom" if isinstance(fragment.get("custom"), dict) else "function"
        said = fragment.get(kind)
        said = said if isinstance(said, dict) else {}
        name, id = said.get("name"), fragment.get("id")
        id = id if isinstance(id, str) else ""
        return ToolCall(
            self._index(fragment, position, choice, id),
            id,
            name if isinstance(name, str) else "",
            arguments(said.get("input" if kind == "custom" else "arguments")),
            kind,
        )

    def _index(self, fragment: Mapping[str, Any], position: int, choice: int, id: str) -> int:
        """Another id under the same number is another call: Gemini numbers all of them 0."""
        named = fragment.get("index")
        key = choice, named if type(named) is int else position
        known, ours = self._latest.get(key, ("", -1))
        if ours < 0 or (id and known and id != known):
            ours = self._begun.get(choice, 0)
            self._begun[choice] = ours + 1
        self._latest[key] = id or known, ours
        return ours


def arguments(value: Any) -> str:
    """A string, as the wire has it; some servers send the object itself."""
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value).decode()
