"""Form fields whose names have brackets, as values of JSON: `fallbacks[][model]`, `retry[on_codes][]`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.bodies.json_object import parse_json_object
from core.contract.errors import InvalidRequest

DEEPEST = 8
Given = Sequence[tuple[list[str], str]]


def parse_nested(name: str, given: Given, read: Callable[[str], Any]) -> Any:
    """The value of the field `name`, from the paths in brackets of its names and its texts; `read` reads one.

    `[]` begins a list, and a new object in it where the last one has the key already. A single text may be
    JSON; other texts without brackets are a list. Empty texts count as not given. Raises `InvalidRequest`.
    """
    given = [(path, text) for path, text in given if text]
    if not given:
        return None
    if len(given) == 1 and not given[0][0] and given[0][1].lstrip()[:1] in ("{", "["):
        return parse_json(name, given[0][1])
    root: dict[Any, Any] = {}
    for path, text in given:
        if len(path) > DEEPEST:
            raise wrong(name)
        put(name, root, name, path or [""], read(text))
    return root[name]


def parse_json(name: str, text: str) -> Any:
    try:
        found = parse_json_object(f'{{"value":{text}}}'.encode())
    except InvalidRequest as error:
        raise InvalidRequest(f"{name}: {error.message}", param=name, code=error.provider_code) from None
    if len(found) > 1:
        raise InvalidRequest(f"{name} is not valid JSON.", param=name)
    return found["value"]


def put(name: str, holder: Any, key: Any, path: list[str], value: Any) -> None:
    """Put `value` below `holder[key]`, in place."""
    if not path:
        if key in holder:
            raise wrong(name)
        holder[key] = value
        return
    step, rest = path[0], path[1:]
    if step and not step.isdigit():
        below = holder.setdefault(key, {})
        if not isinstance(below, dict):
            raise wrong(name)
        put(name, below, step, rest, value)
        return
    below = holder.setdefault(key, [])
    if not isinstance(below, list):
        raise wrong(name)
    if not rest:
        below.append(value)
    else:
        put_object(name, below, step, rest, value)


def put_object(name: str, below: list[Any], step: str, rest: list[str], value: Any) -> None:
    """Put `value` into an object of a list: the one of the index `step`, else the last or a new one."""
    at = int(step) if step else max(len(below) - 1, 0)
    if at > len(below) or not rest[0] or rest[0].isdigit():
        raise wrong(name)
    if at == len(below):
        below.append({})
    elif not step and isinstance(below[at], dict) and len(rest) == 1 and rest[0] in below[at]:
        below.append({})
        at += 1
    if not isinstance(below[at], dict):
        raise wrong(name)
    put(name, below[at], rest[0], rest[1:], value)


def wrong(name: str) -> InvalidRequest:
    return InvalidRequest(f"The names of the fields {name}[…] do not go together.", param=name)
