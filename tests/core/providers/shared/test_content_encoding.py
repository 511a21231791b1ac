from __future__ import annotations

import gzip
import zlib

import pytest

from core.contract.errors import UpstreamInvalid
from core.providers.shared.content_encoding import PIECE, inflater

DATA = bytes(range(256)) * 2000


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", gzip.compress(DATA)), ("deflate", zlib.compress(DATA))]
)
def test_inflate_returns_what_was_packed_in_bounded_pieces(encoding, packed):
    inflate = inflater(encoding)
    pieces = [piece for at in range(0, len(packed), 100) for piece in inflate.feed(packed[at : at + 100])]
    assert b"".join([*pieces, inflate.end()]) == DATA
    assert max(map(len, pieces)) <= PIECE


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_nothing_is_undone_where_nothing_was_done(encoding):
    assert inflater(encoding) is None


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x" * 5000])
def test_an_encoding_nobody_asked_for_is_refused(encoding):
    with pytest.raises(UpstreamInvalid):
        inflater(encoding)


@pytest.mark.parametrize(
    "packed", [b"not gzip at all", gzip.compress(DATA)[:-20], gzip.compress(DATA) + b"more"]
)
def test_damage_is_noticed(packed):
    inflate = inflater("gzip")
    with pytest.raises(UpstreamInvalid):
        [*inflate.feed(packed), inflate.end()]
