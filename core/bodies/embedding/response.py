"""The answer of `POST embeddings` in pieces: neither its JSON nor its numbers are in memory whole.

https://platform.openai.com/docs/api-reference/embeddings/object
"""

from __future__ import annotations

import sys
from array import array
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import orjson

from core.contract.embedding import VectorFormat
from core.contract.events import Embedding, Receipt
from core.contract.usage import Kind, Unit

PIECE = 256 * 1024
"""Bytes that are joined before they are sent."""
INPUTS = {
    Kind.TEXT_IN: "text_tokens",
    Kind.IMAGE_IN: "image_tokens",
}


def floats(data: bytes) -> bytes:
    """Numbers of 32 bits, little-endian, as a JSON list."""
    numbers = array("f", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return orjson.dumps(numbers.tolist())


def base64_text(data: bytes) -> bytes:
    return b'"' + b2a_base64(data, newline=False) + b'"'


WRITERS: dict[VectorFormat, Callable[[bytes], bytes]] = {
    VectorFormat.FLOAT: floats,
    VectorFormat.BASE64: base64_text,
}


def embedding_pieces(vectors: Sequence[Embedding], form: VectorFormat, tail: bytes) -> Iterator[bytes]:
    """The JSON of a list of vectors; `tail` is that of the object's other fields."""
    return joined(entries(vectors, WRITERS[form], tail))


def entries(vectors: Sequence[Embedding], write: Callable[[bytes], bytes], tail: bytes) -> Iterator[bytes]:
    yield b'{"object":"list","data":['
    for at, vector in enumerate(vectors):
        yield b'%s{"object":"embedding","index":%d,"embedding":' % (b"," if at else b"", vector.index)
        yield write(vector.data)
        yield b"}"
    yield b"]," + tail[1:]


def joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about `PIECE`."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def embedding_usage(receipt: Receipt) -> dict[str, Any]:
    """`usage` as OpenRouter has it: tokens by kind only where there are two kinds; the cost in USD, None
    without a price."""
    tokens = {amount.kind: int(amount.quantity) for amount in receipt.amounts if amount.unit is Unit.TOKEN}
    counts = {name: tokens[kind] for kind, name in INPUTS.items() if tokens.get(kind)}
    total = sum(counts.values())
    cost: Decimal | None = receipt.cost
    details = {"prompt_tokens_details": counts} if len(counts) > 1 else {}
    return {"prompt_tokens": total, "total_tokens": total, **details, "cost": cost}
