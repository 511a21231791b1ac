"""Secrets in a text that comes in pieces."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.shared.scrub.pieces import PieceScrubber
from core.providers.shared.scrub.spellings import HIDDEN, MARK, compiled

KEY = "sk-live-0123456789/abcd+ef"
SPELLINGS = compiled((KEY,))
SPELLED = {
    "as it is": KEY,
    "for URLs": quote(KEY, safe=""),
    "Base64": base64.b64encode(KEY.encode()).decode(),
    "Base64 of a header": base64.b64encode(f"Bearer {KEY}\n".encode()).decode(),
    "Base64 for URLs": base64.urlsafe_b64encode(f"x:{KEY}".encode()).decode(),
}


def read(pieces) -> list[str]:
    text = PieceScrubber(SPELLINGS)
    return [*(text.add(piece) for piece in pieces), text.end()]


def cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("spelling", SPELLED)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 26, 1000])
def test_a_secret_is_hidden_in_pieces_of_any_size(spelling, size):
    said = "".join(read(cut(f"Your key is {SPELLED[spelling]}, is it not?", size)))
    core = SPELLED[spelling].rstrip("=")
    assert core[:-4] not in said
    assert core[MARK + 4 :] not in said
    assert (said[:12], said[-12:]) == ("Your key is ", ", is it not?")
    assert said.count(HIDDEN) == 1


@pytest.mark.parametrize("at", range(1, len(KEY)))
def test_a_secret_cut_once_is_hidden_but_for_less_than_a_mark(at):
    said = "".join(read([f"<{KEY[:at]}", f"{KEY[at:]}>"]))
    assert said == f"<{KEY[:at] if at < MARK else ''}{HIDDEN}>"


def test_what_only_begins_like_a_secret_comes_with_the_next_piece():
    assert read(["the sk-liv", "ing room", " is"]) == ["the ", "sk-living room", " is", ""]
    assert read(["the sk-liv"]) == ["the ", "sk-liv"]


def test_most_of_a_secret_at_the_end_is_hidden():
    assert read([KEY[:-1]]) == ["", HIDDEN]


def test_a_secret_goes_on_after_what_was_let_through():
    text = PieceScrubber(SPELLINGS)
    assert (text.add(KEY[:8]), text.end()) == ("", KEY[:8])
    assert text.add(KEY[8:] + "!") == f"{HIDDEN}!"


@pytest.mark.parametrize("piece", ["risk", "desk-", "s", "sk", "sk-l", "", " a long line of words " * 99])
def test_an_ordinary_piece_is_not_delayed(piece):
    text = PieceScrubber(SPELLINGS)
    assert [text.add(piece), text.add(piece), bool(text)] == [piece, piece, False]


@given(st.lists(st.text(alphabet="skt-live0123456789 \n", max_size=12), max_size=30))
def test_any_other_text_arrives_whole(pieces):
    whole = "".join(pieces)
    if KEY not in whole:
        assert "".join(read(pieces)) == whole


@given(st.text(), st.text(), st.lists(st.integers(1, 12), min_size=1, max_size=20))
def test_a_secret_never_arrives_however_it_is_cut(before, after, sizes):
    rest, pieces = before + KEY + KEY + after, []
    for size in sizes:
        pieces, rest = [*pieces, rest[:size]], rest[size:]
    said = "".join(read([*pieces, rest]))
    assert KEY not in said
    assert (said[: len(before)], said[len(said) - len(after) :]) == (before, after)
