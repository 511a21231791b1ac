"""The answer in pieces, and its usage."""

from __future__ import annotations

import base64
import json
import struct
from decimal import Decimal

import pytest

from core.bodies.embedding.response import PIECE, embedding_pieces, embedding_usage
from core.contract.embedding import VectorFormat
from core.contract.events import Embedding, Outcome, Receipt
from core.contract.usage import Amount, Basis, Kind, Unit

VECTORS = [Embedding(at, struct.pack("<3f", at, 0.5, -1e-8)) for at in range(3)]
TAIL = b'{"model":"m","id":"gen-1"}'


def test_numbers_are_those_of_the_vector_exactly():
    found = json.loads(b"".join(embedding_pieces(VECTORS, VectorFormat.FLOAT, TAIL)))
    assert found.keys() == {"object", "data", "model", "id"}
    for at, item in enumerate(found["data"]):
        assert (item["object"], item["index"]) == ("embedding", at)
        assert struct.pack("<3f", *item["embedding"]) == VECTORS[at].data


def test_base64_has_the_same_bytes():
    found = json.loads(b"".join(embedding_pieces(VECTORS, VectorFormat.BASE64, TAIL)))
    assert [base64.b64decode(item["embedding"]) for item in found["data"]] == [
        vector.data for vector in VECTORS
    ]


def test_no_vectors_are_an_empty_list():
    found = json.loads(b"".join(embedding_pieces([], VectorFormat.FLOAT, TAIL)))
    assert found == {"object": "list", "data": [], "model": "m", "id": "gen-1"}


def test_a_large_answer_comes_in_pieces():
    large = [Embedding(at, bytes(4 * 3072)) for at in range(100)]
    pieces = list(embedding_pieces(large, VectorFormat.BASE64, TAIL))
    assert len(pieces) > 3
    assert all(PIECE <= len(piece) < 2 * PIECE for piece in pieces[:-1])
    assert len(json.loads(b"".join(pieces))["data"]) == 100


@pytest.mark.parametrize(
    ("units", "usage"),
    [
        ({Kind.TEXT_IN: 3}, {"prompt_tokens": 3, "total_tokens": 3}),
        ({}, {"prompt_tokens": 0, "total_tokens": 0}),
        (
            {Kind.TEXT_IN: 3, Kind.IMAGE_IN: 258},
            {
                "prompt_tokens": 261,
                "total_tokens": 261,
                "prompt_tokens_details": {"text_tokens": 3, "image_tokens": 258},
            },
        ),
    ],
)
def test_usage_is_openrouters(units, usage):
    amounts = tuple(Amount(kind, Unit.TOKEN, Decimal(quantity)) for kind, quantity in units.items())
    receipt = Receipt("gen-1", Outcome.COMPLETED, "m", "fake", amounts, Decimal("0.1"), Basis.COMPUTED, 1, 2)
    assert embedding_usage(receipt) == {**usage, "cost": Decimal("0.1")}
