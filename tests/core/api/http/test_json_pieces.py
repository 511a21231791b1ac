"""JSON with large base64 in it, encoded while it is sent."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from decimal import Decimal

import pytest

from core.api.http.json_pieces import JSONPieces, PiecesResponse
from core.bodies.files.base64_value import PIECE, Base64

DATA = random.Random(3).randbytes(2 * PIECE + 1)


@pytest.mark.parametrize("length", [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, len(DATA)])
def test_the_pieces_join_to_the_value(length):
    data = DATA[:length]
    value = {"a": [Base64(data), {"b": Base64(b"fox")}], "cost": Decimal("0.5"), "n": None}
    pieces = JSONPieces(value, b"data: ", b"\n\n")
    text = b"".join(pieces)
    assert (pieces.size, text[:6], text[-2:]) == (len(text), b"data: ", b"\n\n")
    encoded = base64.b64encode(data).decode()
    assert json.loads(text[6:]) == {"a": [encoded, {"b": "Zm94"}], "cost": 0.5, "n": None}


def test_no_piece_is_large():
    assert max(map(len, JSONPieces({"a": Base64(DATA)}))) == PIECE // 3 * 4


def test_a_value_without_base64_is_one_piece():
    assert list(JSONPieces({"a": 1})) == [b'{"a":1}']


def test_a_response_tells_its_length():
    sent = []

    async def send(message) -> None:
        sent.append(message)

    asyncio.run(PiecesResponse({"a": Base64(DATA)}, {"X-Fox": "1"})({"type": "http"}, send, send))
    body = b"".join(message["body"] for message in sent[1:])
    headers = dict(sent[0]["headers"])
    assert (sent[0]["status"], headers[b"content-length"], headers[b"x-fox"]) == (
        200, str(len(body)).encode(), b"1",
    )  # fmt: skip
    assert [message["more_body"] for message in sent[1:]][-1] is False
    assert base64.b64decode(json.loads(body)["a"]) == DATA
