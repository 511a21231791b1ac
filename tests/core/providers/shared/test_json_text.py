from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.contract.errors import UpstreamInvalid
from core.providers.shared.json_body import decode
from core.providers.shared.json_text import parse


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "\\ud83d"}', {"a": "\ud83d"}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\xed\xa0\xbd\xed\xb8\x80"', "\ud83d\ude00"),
        (b'"a\xffb"', "a\ufffdb"),
        (b'"a\tb"', "a\tb"),
        (b'\xef\xbb\xbf{"a": NaN}', {"a": None}),
    ],
)
def test_json_of_other_writers_is_read(body, value):
    assert parse(body) == value


def test_a_decoded_body_has_no_halves():
    assert decode(b'{"a": "\\ud83d", "b": "\xed\xa0\xbd\xed\xb8\x80"}') == {"a": "\ufffd", "b": "\U0001f600"}


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_invalid(body):
    with suppress(UpstreamInvalid):
        parse(body)
