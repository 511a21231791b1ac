"""Vectors of the rehearsal: numbers from a hash of the input, scaled to length 1."""

from __future__ import annotations

import hashlib
import math
import sys
from array import array
from collections.abc import AsyncGenerator
from decimal import Decimal

from core.contract.embedding import EmbeddingPart, EmbeddingRequest
from core.contract.events import Embedding, Event, Used
from core.contract.image import ImageFile
from core.contract.route import Target
from core.contract.usage import Amount, Kind, Unit, Usage
from core.providers.rehearsal.scenario import Scenario

DIMENSIONS = 64


async def embed(target: Target, request: EmbeddingRequest) -> AsyncGenerator[Event, None]:
    """The same vector for the same input, whatever stands beside it; `cut` breaks off after some of them."""
    scenario = await Scenario(target).start()
    for index, parts in enumerate(request.inputs):
        await scenario.next_chunk()
        yield Embedding(index, unit_vector("\0".join(map(words, parts)), request.dimensions or DIMENSIONS))
    scenario.end()
    yield Used(usage(request))


def unit_vector(text: str, dimensions: int) -> bytes:
    """So many numbers of 32 bits, little-endian."""
    data = hashlib.shake_256(text.encode(errors="replace")).digest(2 * dimensions)
    numbers = [value - 32767.5 for value in memoryview(data).cast("H")]
    length = math.hypot(*numbers)
    vector = array("f", (number / length for number in numbers))
    if sys.byteorder == "big":
        vector.byteswap()
    return vector.tobytes()


def words(part: EmbeddingPart) -> str:
    if isinstance(part, str):
        return part
    return f"{part.media_type} {part.size}" if isinstance(part, ImageFile) else " ".join(map(str, part))


def usage(request: EmbeddingRequest) -> Usage:
    """A token for each word or token id; an image counts as one image."""
    parts = [part for each in request.inputs for part in each]
    images = sum(isinstance(part, ImageFile) for part in parts)
    tokens = sum(tokens_of(part) for part in parts)
    text = Amount(Kind.TEXT_IN, Unit.TOKEN, Decimal(tokens))
    return Usage((text, Amount(Kind.IMAGE_IN, Unit.IMAGE, Decimal(images))) if images else (text,))


def tokens_of(part: EmbeddingPart) -> int:
    if isinstance(part, str):
        return max(len(part.split()), 1)
    return len(part) if isinstance(part, tuple) else 0
