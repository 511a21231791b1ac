from __future__ import annotations

from itertools import pairwise

import orjson
from hypothesis import given
from hypothesis import strategies as st

from core.providers.shared.surrogates import SurrogateJoiner, clean, without_halves

ANY = st.text(st.characters(codec=None, categories=("L", "N", "So", "Cs")))
TEXT = (0, "text")


@given(st.text(), st.lists(st.integers(0, 40), max_size=5))
def test_a_text_cut_anywhere_is_joined_again(text, cuts):
    units = text.encode("utf-16-le")
    places = sorted({0, len(units), *(min(2 * cut, len(units)) for cut in cuts)})
    pieces = [units[a:b].decode("utf-16-le", "surrogatepass") for a, b in pairwise(places)]
    joiner = SurrogateJoiner()
    found = [joiner.add(TEXT, piece) for piece in pieces]
    assert "".join((*found, *joiner.end().values())) == text
    assert not joiner.waiting


@given(st.lists(ANY, max_size=5))
def test_what_was_joined_can_be_encoded(pieces):
    joiner = SurrogateJoiner()
    found = "".join([*(joiner.add(TEXT, piece) for piece in pieces), *joiner.end().values()])
    assert found == without_halves("".join(pieces))
    assert found.encode().decode() == found


def test_a_last_piece_leaves_nothing():
    joiner = SurrogateJoiner()
    assert joiner.add(TEXT, "a\ud83d", last=True) == "a\ufffd"
    assert joiner.add((1, "text"), "\ud83d") == ""
    assert joiner.add((1, "text"), "", last=True) == "\ufffd"
    assert joiner.end() == {}


def test_a_value_is_cleaned_in_all_its_strings():
    value = {"a\ud83d": ["\ude00", {"b": "c\ud83d\ude00"}, 7, None]}
    assert orjson.loads(orjson.dumps(clean(value))) == {"a\ufffd": ["\ufffd", {"b": "c\U0001f600"}, 7, None]}
