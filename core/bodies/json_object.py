"""Parses a JSON body strictly, so that the code behind it need not check for NUL, depth or size."""

from __future__ import annotations

import json
from typing import Any

import orjson

from core.contract.errors import InvalidRequest

MAX_DEPTH = 64
MAX_VALUES = 200_000
MAX_NUMBER = 1e40
MAX_CHECKED_FOR_REPEATS = 1024 * 1024


def parse_json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`.

    Raises `InvalidRequest` with the code `invalid_json` for anything but one strict JSON object in UTF-8, for
    NUL and lone surrogates, more than 64 levels, more than 200,000 values, numbers of 1e40 and more, and (in
    bodies up to 1 MiB) a name given twice in one object. Messages name places, never values.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid_json(f"The body is not valid JSON: {error.msg} at character {error.pos}.") from None
    if not isinstance(found, dict):
        raise invalid_json("The body must be a JSON object.")
    check_values(found, nul=b"\\u0000" in body)
    if len(body) <= MAX_CHECKED_FOR_REPEATS:
        REPEATED_NAMES.decode(body.decode())
    return found


def invalid_json(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="invalid_json")


def check_values(found: dict[str, Any], *, nul: bool) -> None:
    """Check depth, number of values, size of numbers and NUL, level by level, without recursion."""
    level: list[Any] = [found]
    values = 0
    for _ in range(MAX_DEPTH):
        values += len(level)
        if values > MAX_VALUES:
            raise invalid_json(f"The body has more than {MAX_VALUES:,} values.")
        level = children(level, nul)
        if not level:
            return
    if any(isinstance(value, (dict, list)) for value in level):
        raise invalid_json(f"The body is nested more than {MAX_DEPTH} levels deep.")


def children(level: list[Any], nul: bool) -> list[Any]:
    """The values inside the values of a level, each of which is checked; `nul` is whether to look for NUL."""
    found: list[Any] = []
    for value in level:
        kind = value.__class__
        if kind is dict:
            if nul and any("\0" in name for name in value):
                raise invalid_json("A name in the body contains the character U+0000.")
            found += value.values()
        elif kind is list:
            found += value
        elif kind is str:
            if nul and "\0" in value:
                raise invalid_json("The body contains the character U+0000.")
        elif kind is float and not -MAX_NUMBER < value < MAX_NUMBER:
            raise invalid_json("The body contains a number of more than 40 digits.")
    return found


def refuse_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise invalid_json("The body gives a name twice in one object.")
    return found


REPEATED_NAMES = json.JSONDecoder(object_pairs_hook=refuse_repeated_names)
"""Used to find repeated names only: orjson keeps the last one silently."""
