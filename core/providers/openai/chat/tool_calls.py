"""Tool calls from their fragments, joined and told apart however a server numbers them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from core.contract.events import ToolCall
from core.providers.shared.json_text import string


@dataclass(slots=True)
class KnownCall:
    """A call so far; `id` is the provider's, empty where it gives none, `arguments` came in pieces."""

    index: int
    place: int
    id: str
    name: str
    arguments: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether its arguments are a whole JSON object."""
        try:
            return isinstance(orjson.loads("".join(self.arguments)), dict)
        except orjson.JSONDecodeError:
            return False


class ToolCallReader:
    """Finds the call that each fragment of a choice belongs to.

    A call begins with a new id, or, from servers that give none, with a name; a fragment without a name
    continues the call of its index, one without an id too the latest call where the index is new. The first
    fragment gets an id where the provider gave none.
    """

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: dict[int, list[KnownCall]] = {}  # by choice, in order

    def read(self, fragments: list[dict[str, Any]], choice: int) -> tuple[ToolCall, ...]:
        """Each fragment with the index of its call."""
        calls = self._calls.setdefault(choice, []) if fragments else []
        return tuple(read_fragment(fragment, at, calls) for at, fragment in enumerate(fragments))


def read_fragment(fragment: Mapping[str, Any], position: int, calls: list[KnownCall]) -> ToolCall:
    """The fragment with the index of its call, which is added to `calls` where it is new."""
    kind = "custom" if isinstance(fragment.get("custom"), dict) else "function"
    inner = fragment.get(kind)
    inner = inner if isinstance(inner, dict) else {}
    text = arguments(inner.get("input" if kind == "custom" else "arguments"))
    index, id, name = fragment.get("index"), string(fragment.get("id")), string(inner.get("name"))
    place = index if type(index) is int else position
    known = known_call(calls, place, id, name, text)
    if known is None:
        known = KnownCall(len(calls), place, id, name, [text])
        calls.append(known)
        return ToolCall(known.index, id or f"call_{secrets.token_hex(12)}", name, text, kind)
    new_name = name if not known.name else ""
    known.place, known.id, known.name = place, known.id or id, known.name or name
    known.arguments.append(text)
    return ToolCall(known.index, "", new_name, text, kind)


def known_call(calls: list[KnownCall], place: int, id: str, name: str, text: str) -> KnownCall | None:
    """The call that a fragment continues; None where it begins one."""
    at_place = next((call for call in reversed(calls) if call.place == place), None)
    if id:
        found = next((call for call in reversed(calls) if call.id == id), None)
        # the id of a call may follow later, or change with every fragment; then no name comes with it
        if found is None and at_place and not (at_place.id and name):
            found = at_place
    else:
        found = at_place or (calls[-1] if calls and not name else None)
    if found is None or (name and found.name and name != found.name):
        return None
    again = name and text and (not id or found.place != place)
    return None if again and found.whole else found


def arguments(value: Any) -> str:
    """The arguments as JSON text; some servers send the object itself."""
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value).decode()
