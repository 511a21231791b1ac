"""Vectors as servers write them."""

from __future__ import annotations

import base64
import json
import struct

import pytest

from core.contract.errors import UpstreamInvalid
from core.contract.events import Embedding
from core.providers.shared.answers.vectors import in_order, read_vectors, vector_of

LONG = [0.5 - at / 1024 for at in range(64)]
PACKED = struct.pack("<64f", *LONG)


def test_long_lists_become_bytes_and_the_rest_stays():
    value = {"data": [{"embedding": LONG, "index": 1}], "usage": {"prompt_tokens": 3}, "ids": [1, 2]}
    wanted = {**value, "data": [{"embedding": PACKED, "index": 1}]}
    for text in (json.dumps(value), json.dumps(value, indent=2), json.dumps(value, separators=(",", ":"))):
        assert read_vectors(text.encode()) == wanted


def test_a_field_of_the_marks_name_stays():
    value = {"data": LONG, "more": {"vector": 7}, "text": {"vector": "a"}}
    assert read_vectors(json.dumps(value).encode()) == {**value, "data": PACKED}


@pytest.mark.parametrize("text", [b"", b"[1", b"{", b"<html>"])
def test_broken_json_is_no_answer(text):
    with pytest.raises(UpstreamInvalid):
        read_vectors(text)


@pytest.mark.parametrize("value", [PACKED, base64.b64encode(PACKED).decode(), LONG])
def test_a_vector_in_each_spelling(value):
    assert vector_of(value) == PACKED


@pytest.mark.parametrize(
    "value", [None, "", "abc", "AAA=", "AAAAAAA=", [], [None], ["1"], {}, 1.5, True, b"123"]
)
def test_what_is_no_vector(value):
    with pytest.raises(UpstreamInvalid, match=r"^The provider sent something else than a vector\.$"):
        vector_of(value)


def test_vectors_are_put_in_order():
    assert in_order([(1, [2.0]), (0, [1.0])], 2) == [
        Embedding(0, struct.pack("<f", 1.0)),
        Embedding(1, struct.pack("<f", 2.0)),
    ]
    assert [found.index for found in in_order([(None, [2.0]), (None, [1.0])], 2)] == [0, 1]


@pytest.mark.parametrize("indexes", [[0], [0, 0], [0, 2], [0, 1, 2], []])
def test_a_vector_that_is_missing_or_too_much(indexes):
    with pytest.raises(UpstreamInvalid, match=rf"sent {len(indexes)} vectors for 2 inputs"):
        in_order([(index, [1.0]) for index in indexes], 2)
