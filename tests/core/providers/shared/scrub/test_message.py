from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.shared.scrub.message import LONGEST, scrub

KEY = "k3y-that-nobody-may-see"


@pytest.mark.parametrize(
    ("said", "repeated"),
    [
        ("Voice 'x' is unknown.", "Voice 'x' is unknown."),
        (f"Bad key {KEY}!", "Bad key [hidden]!"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer [hidden]"),
        ("Incorrect API key provided: sk-proj-Ab12*******wxyz.", "Incorrect API key provided: [hidden]"),
        ("see https://x.test/a?key=1&b=2#c now", "see https://x.test/a now"),
        ("see https://user:pass@x.test/a", "see https://x.test/a"),
        ("two\nlines\x00 and\ttabs", "two lines and tabs"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\nabc=\n-----END PRIVATE KEY-----\n is bad", "[hidden] is bad"),
        ("-----BEGIN RSA PRIVATE KEY-----\\nMIIE cut off", "[hidden]"),
        ('{"private_key_id": "0123", "x": 1}', '{"private_key_id": "[hidden]", "x": 1}'),
        (r"{\"private_key\":\"MIIE\"}", r'{\"private_key\":\"[hidden]"}'),
        ("gemini AIzaSyA1234567890abcdef said no", "gemini [hidden] said no"),
    ],
)
def test_scrub_hides_what_is_secret_and_leaves_the_rest(said, repeated):
    assert scrub(said, (KEY,)) == repeated


def test_scrub_cuts_what_is_long():
    assert scrub("x" * 2000) == "x" * (LONGEST - 1) + "…"


@given(st.text(), st.text(), st.sampled_from(["", "?key=", "Bearer ", "https://h.test/?k="]))
def test_scrub_never_lets_the_key_through(before, after, glue):
    said = scrub(before + glue + KEY + after, (KEY,))
    assert KEY not in said
    assert len(said) <= LONGEST
