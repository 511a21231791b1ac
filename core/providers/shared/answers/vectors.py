"""Vectors in an answer: numbers or base64 in JSON become 32-bit floats, little-endian.

An answer may have millions of numbers. Each list of them is parsed by itself, so that neither all of them are
objects at a time nor other requests wait for one long parse.
"""

from __future__ import annotations

import binascii
import re
import sys
from array import array
from collections.abc import Sequence
from typing import Any

import orjson

from core.contract.errors import UpstreamInvalid
from core.contract.events import Embedding
from core.providers.shared.json_body import decode
from core.providers.shared.quantities import count

NUMBERS = re.compile(rb"\[[-+0-9.eE, \t\r\n]{64,}\]")
"""A list of numbers that is long enough to be a vector."""
MARK = "vector"
WIDTH = 4
"""Bytes of a number."""


def read_vectors(body: bytes) -> Any:
    """The JSON value of an answer with `bytes` in place of every long list of numbers.

    Raises `UpstreamInvalid`.
    """
    found: list[bytes] = []
    rest: list[bytes] = []
    at = 0
    for match in NUMBERS.finditer(body):
        vector = packed(match[0])
        if vector is not None:
            rest += (body[at : match.start()], b'{"%s":%d}' % (MARK.encode(), len(found)))
            at = match.end()
            found.append(vector)
    value = decode(b"".join((*rest, body[at:])) if found else body)
    return with_vectors(value, found) if found else value


def packed(text: bytes) -> bytes | None:
    try:
        return little_endian(array("f", orjson.loads(text)))
    except (orjson.JSONDecodeError, OverflowError, TypeError):
        return None


def with_vectors(value: Any, found: Sequence[bytes]) -> Any:
    """`value` with the vectors in place of their marks."""
    if isinstance(value, dict):
        at = value.get(MARK)
        if len(value) == 1 and type(at) is int and 0 <= at < len(found):
            return found[at]
        return {name: with_vectors(inner, found) for name, inner in value.items()}
    return [with_vectors(inner, found) for inner in value] if isinstance(value, list) else value


def vector_of(value: Any) -> bytes:
    """The bytes of one vector: packed already, as base64, or a short list of numbers.

    Raises `UpstreamInvalid` for anything else, and for a vector without numbers.
    """
    data = value if isinstance(value, bytes) else b""
    try:
        if isinstance(value, str):
            data = binascii.a2b_base64(value, strict_mode=True)
        elif isinstance(value, list):
            data = little_endian(array("f", value))
    except (ValueError, TypeError, OverflowError):
        data = b""
    if not data or len(data) % WIDTH:
        raise UpstreamInvalid("The provider sent something else than a vector.")
    return data


def little_endian(numbers: array[float]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def in_order(vectors: Sequence[tuple[Any, Any]], inputs: int) -> list[Embedding]:
    """An event for each of so many inputs, from (`index`, vector) as they came; without indexes they are in
    order. Raises `UpstreamInvalid` where one is missing or there twice."""
    places = [at if (place := count(index)) is None else place for at, (index, _vector) in enumerate(vectors)]
    if sorted(places) != list(range(inputs)):
        raise UpstreamInvalid(f"The provider sent {len(vectors)} vectors for {inputs} inputs.")
    found = [Embedding(place, vector_of(vector)) for place, (_, vector) in zip(places, vectors, strict=True)]
    return sorted(found, key=lambda event: event.index)
