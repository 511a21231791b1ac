"""Form fields as the values JSON would have brought: lists, objects, numbers, booleans, however spelled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.bodies.json_object import parse_json_object
from core.contract.errors import InvalidRequest

NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
PART = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class FormFields:
    """What the fields of a body are; the others are text."""

    lists: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    booleans: frozenset[str] = frozenset()

    def parse(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """`x`, `x[]` and `x[0]` are one list; `x[a][b]` is an object; `x` may also be written as JSON.

        An empty text counts as not given. Raises `InvalidRequest` naming the field.
        """
        found: dict[str, list[tuple[list[str], str]]] = {}
        for name, text in pairs:
            base, _, _ = name.partition("[")
            found.setdefault(base, []).append((PART.findall(name[len(base) :]), text))
        read = {name: self.value(name, given) for name, given in found.items()}
        return {name: value for name, value in read.items() if value is not None}

    def value(self, name: str, given: list[tuple[list[str], str]]) -> Any:
        if name in self.lists:
            return listed(name, [text for _, text in given])
        if name in self.objects:
            return objected(name, given)
        if len(given) > 1:
            raise InvalidRequest(f"{name} is given more than once.", param=name)
        text = given[0][1]
        if not text:
            return None
        if name in self.booleans:
            return boolean(name, text)
        return number(name, text) if name in self.numbers else text


def listed(name: str, texts: list[str]) -> list[Any]:
    if len(texts) == 1 and texts[0].lstrip().startswith("["):
        return json_list(name, texts[0])
    return [text for text in texts if text]


def json_list(name: str, text: str) -> list[Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list):
        raise InvalidRequest(f"{name} is not a valid JSON list.", param=name)
    return found


def objected(name: str, given: list[tuple[list[str], str]]) -> Any:
    """An object from JSON or from bracketed names; a plain word stays one, as `auto` does."""
    if len(given) == 1 and not given[0][0]:
        text = given[0][1]
        return json_object(name, text) if text.lstrip().startswith("{") else text or None
    found: dict[str, Any] = {}
    for path, text in given:
        place(name, found, path, text)
    return found


def json_object(name: str, text: str) -> Mapping[str, Any]:
    try:
        return parse_json_object(text.encode())
    except InvalidRequest as error:
        failure = InvalidRequest(f"{name}: {error.message}", param=name, code=error.provider_code)
    raise failure


def place(name: str, found: dict[str, Any], path: list[str], text: str) -> None:
    *parents, last = path or [""]
    for parent in parents:
        below = found.setdefault(parent, {})
        if not isinstance(below, dict):
            raise InvalidRequest(f"{name} is not an object.", param=name)
        found = below
    if not last or last in found:
        raise InvalidRequest(f"{name} is not an object.", param=name)
    found[last] = scalar(text)


def scalar(text: str) -> Any:
    """A number or a boolean where the text is one: names in brackets have no types."""
    if text in ("true", "false"):
        return text == "true"
    return plain(text) if NUMBER.fullmatch(text) else text


def boolean(name: str, text: str) -> bool:
    found = BOOLEANS.get(text.strip().lower())
    if found is None:
        raise InvalidRequest(f"{name} must be true or false.", param=name)
    return found


def number(name: str, text: str) -> int | float:
    if not NUMBER.fullmatch(text.strip()):
        raise InvalidRequest(f"{name} must be a number.", param=name)
    return plain(text.strip())


def plain(text: str) -> int | float:
    return float(text) if "." in text else int(text)
