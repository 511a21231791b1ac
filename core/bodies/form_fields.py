"""Parses form fields into the values a JSON body would have: lists, objects, numbers, booleans."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.bodies.json_object import parse_json_object
from core.bodies.nested_fields import parse_nested
from core.contract.errors import InvalidRequest

WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
LONGEST_NUMBER = 400
"""Characters: `repr` of any float has fewer than 30, `%f` of the largest 316."""
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
BRACKETED = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class FormFields:
    """The types of the fields of a body by their names; all others are text.

    `nested` are values of any depth, see `nested_fields`.
    """

    lists: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    booleans: frozenset[str] = frozenset()
    nested: frozenset[str] = frozenset()

    def parse(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """The values of `pairs` by field name.

        `x`, `x[]` and `x[0]` are one list; `x[a][b]` is an object; `x` may also be written as JSON. An empty
        text counts as not given. Raises `InvalidRequest` naming the field.
        """
        found: dict[str, list[tuple[list[str], str]]] = {}
        for name, text in pairs:
            base, _, _ = name.partition("[")
            found.setdefault(base, []).append((BRACKETED.findall(name[len(base) :]), text))
        read = {name: self.parse_value(name, given) for name, given in found.items()}
        return {name: value for name, value in read.items() if value is not None}

    def parse_value(self, name: str, given: list[tuple[list[str], str]]) -> Any:
        if name in self.lists:
            return parse_list(name, [text for _, text in given])
        if name in self.nested:
            return parse_nested(name, given, parse_untyped)
        if name in self.objects:
            return parse_object(name, given)
        if len(given) > 1:
            raise InvalidRequest(f"{name} is given more than once.", param=name)
        text = given[0][1]
        if not text:
            return None
        if name in self.booleans:
            return parse_boolean(name, text)
        return parse_number(name, text) if name in self.numbers else text


def parse_list(name: str, texts: list[str]) -> list[Any]:
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


def parse_object(name: str, given: list[tuple[list[str], str]]) -> Any:
    """An object from JSON or from bracketed names; a plain word such as `auto` stays a string."""
    if len(given) == 1 and not given[0][0]:
        text = given[0][1]
        return json_object(name, text) if text.lstrip().startswith("{") else text or None
    found: dict[str, Any] = {}
    for path, text in given:
        set_value(name, found, path, text)
    return found


def json_object(name: str, text: str) -> Mapping[str, Any]:
    try:
        return parse_json_object(text.encode())
    except InvalidRequest as error:
        failure = InvalidRequest(f"{name}: {error.message}", param=name, code=error.provider_code)
    raise failure


def set_value(name: str, found: dict[str, Any], path: list[str], text: str) -> None:
    """Put a value into `found`, in place, under the names of `path`."""
    *parents, last = path or [""]
    for parent in parents:
        below = found.setdefault(parent, {})
        if not isinstance(below, dict):
            raise InvalidRequest(f"{name} is not an object.", param=name)
        found = below
    if not last or last in found:
        raise InvalidRequest(f"{name} is not an object.", param=name)
    found[last] = parse_untyped(text)


def parse_untyped(text: str) -> Any:
    """A number or a boolean where the text is one: bracketed names have no declared types."""
    if text in ("true", "false"):
        return text == "true"
    number = to_number(text)
    return text if number is None else number


def parse_boolean(name: str, text: str) -> bool:
    found = BOOLEANS.get(text.strip().lower())
    if found is None:
        raise InvalidRequest(f"{name} must be true or false.", param=name)
    return found


def parse_number(name: str, text: str) -> int | float:
    number = to_number(text.strip())
    if number is None:
        raise InvalidRequest(f"{name} must be a number.", param=name)
    return number


def to_number(text: str) -> int | float | None:
    """A number as programs print it, `1e-05` and `0.30000000000000004` included; None for anything else.

    `nan` and `inf` are no numbers here, nor is what no float can hold.
    """
    if WHOLE.fullmatch(text):
        return int(text)
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None
