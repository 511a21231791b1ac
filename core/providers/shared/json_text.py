"""JSON as servers write it: with NaN, a byte order mark, control characters, bytes that are no UTF-8.

Halves of characters stay in the strings: see `surrogates`.
"""

from __future__ import annotations

import json
import math
from typing import Any

from core.contract.errors import UpstreamInvalid

BOM = b"\xef\xbb\xbf"
MOST_DIGITS = 18
"""Digits of an integer that 64 bits can always hold; orjson reads a longer one as a float too."""


def parse(data: bytes) -> Any:
    """The value of JSON that orjson does not read; None for each of its numbers that is not finite.

    Raises `UpstreamInvalid`.
    """
    data = data.removeprefix(BOM)
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError):
        failure = UpstreamInvalid("The provider answered with broken JSON.")
    raise failure


def string(value: Any) -> str:
    """A text; empty for any other value."""
    return value if isinstance(value, str) else ""


def finite(number: str) -> float | None:
    found = float(number)
    return found if math.isfinite(found) else None


def whole(number: str) -> int | float | None:
    return int(number) if len(number) <= MOST_DIGITS else finite(number)


DECODER = json.JSONDecoder(
    parse_float=finite, parse_int=whole, parse_constant=lambda name: None, strict=False
)
