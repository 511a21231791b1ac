from __future__ import annotations

import pytest
from pydantic import Field

from core.bodies.validation import Body, validate
from core.contract.errors import InvalidRequest


class Part(Body):
    text: str


class Whole(Body):
    parts: list[Part] = Field(max_length=2)
    count: int = 0
    flag: bool = False
    even: int = Field(default=0, multiple_of=2)


@pytest.mark.parametrize(
    ("fields", "param", "message"),
    [
        ({}, "parts", "parts is required."),
        ({"parts": {}}, "parts", "parts must be a list."),
        ({"parts": [{"text": "a"}, {"text": 5}]}, "parts[1].text", "parts[1].text must be a string."),
        ({"parts": [{}] * 3}, "parts", "parts must have at most 2 entries."),
        ({"parts": [], "count": 1.5}, "count", "count must be a whole number."),
        ({"parts": [], "flag": "yes"}, "flag", "flag must be true or false."),
        ({"parts": [], "even": 3}, "even", "even is not valid."),
    ],
)
def test_the_first_wrong_field_is_named_by_its_path(fields, param, message):
    with pytest.raises(InvalidRequest) as caught:
        validate(Whole, fields)
    assert (caught.value.param, caught.value.message) == (param, message)


def test_unknown_fields_are_ignored():
    assert validate(Whole, {"parts": [], "later": 1}) == Whole(parts=[])
