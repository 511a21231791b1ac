"""The search of the proof for keys in tables."""

from __future__ import annotations

from tests.proof.invariants import found_keys

KEYS = {"0123456789", "abcdefghij"}


def test_a_key_is_found_wherever_it_is():
    text = "of ak_1_abcdefghij, (x0123456789y) and 0123 456789, abcdefghi"
    assert found_keys(KEYS, text) == ["abcdefghij", "0123456789"]
