from __future__ import annotations

import pytest

from core.bodies.json_object import MAX_CHECKED_FOR_REPEATS, MAX_VALUES, parse_json_object
from core.contract.errors import InvalidRequest


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"model":"a/b","input":"\xd0\x9f\xd1\x80"}', {"model": "a/b", "input": "Пр"}),
        (b' {"speed": 1.5, "n": 39} \n', {"speed": 1.5, "n": 39}),
        (b'{"text":"\\\\u0000"}', {"text": "\\u0000"}),
        ('{"text":"\u202e"}'.encode(), {"text": "\u202e"}),
        (b'{"text":"\\ud83d\\ude00"}', {"text": "😀"}),
        (b'{"a":{"x":1},"b":{"x":1}}', {"a": {"x": 1}, "b": {"x": 1}}),
    ],
)
def test_a_proper_object_is_read_as_it_is(body, found):
    assert parse_json_object(body) == found


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"a":',
        b'{"a":1} x',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\xff"}',
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"[" * 100_000,
        nested(65),
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"9" * 41 + b"}",
        b'{"a":1e999}',
        b'{"a":-1e40}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"model":"a","model":"b"}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":"\x00"}',
        b'{"a":"\\ud800"}',
        b"{" + b",".join(b'"%d":1' % number for number in range(MAX_VALUES)) + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_invalid_or_excessive_json_is_refused(body):
    with pytest.raises(InvalidRequest) as caught:
        parse_json_object(body)
    assert (caught.value.status, caught.value.provider_code) == (400, "invalid_json")


def test_sixty_four_levels_are_allowed():
    assert parse_json_object(nested(64))["a"] != 1


def test_messages_hold_places_and_no_values():
    with pytest.raises(InvalidRequest) as caught:
        parse_json_object(b'{"key":"ak_secret" oops}')
    assert "secret" not in caught.value.message


def test_repeats_are_not_looked_for_in_a_large_body():
    body = b'{"a":1,"a":2,"sound":"' + b"A" * MAX_CHECKED_FOR_REPEATS + b'"}'
    assert parse_json_object(body)["a"] == 2
