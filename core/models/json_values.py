"""JSON columns that people fill in: values that every database and client can hold, headers, texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LARGEST = 2**53
DEEPEST, LONGEST = 20, 100_000
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
OWN_HEADERS = {"host", "content-length", "content-type", "connection", "transfer-encoding", "te", "upgrade"}
"""Headers that our own HTTP client writes."""


def is_number(value: object) -> bool:
    """Whether `value` is a number that databases, our JSON encoder and JavaScript read alike."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -LARGEST <= value <= LARGEST


def is_texts(value: Any) -> bool:
    """An object whose values are texts."""
    return isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values())


def check_headers(value: object) -> None:
    """Raise ValidationError unless `value` are header lines that can be sent beside our own."""
    for name, text in texts(value, '{"X-Title": "Lab"}').items():
        sendable = text.isascii() and text.isprintable() and len(text) <= 4096
        if HEADER.fullmatch(name) is None or name.lower() in OWN_HEADERS or not sendable:
            raise ValidationError(_("The header %(name)s cannot be sent."), params={"name": name[:40]})


def check_texts(value: object) -> None:
    """Raise ValidationError unless `value` is an object of texts."""
    texts(value, '{"en": "Hello."}')


def texts(value: object, example: str) -> Mapping[str, str]:
    """`value` as an object of texts. Raises ValidationError."""
    check_json(value)
    if isinstance(value, Mapping) and is_texts(value):
        return value
    raise ValidationError(_("An object is needed, such as %(example)s."), params={"example": example})


def check_json(value: object, depth: int = 0) -> None:
    """Raise ValidationError for JSON that not every database and client can hold.

    PostgreSQL stores neither NaN nor U+0000, UTF-8 has no lone surrogates, and JavaScript reads whole numbers
    up to 2^53.
    """
    inner: list[Any] = []
    if isinstance(value, Mapping):
        inner = [*value, *value.values()]
    elif isinstance(value, list):
        inner = value
    good = depth <= DEEPEST and (not isinstance(value, str) or is_storable(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        good = is_number(value)
    if not good:
        raise ValidationError(_("This JSON has a number, a character or a depth that cannot be stored."))
    for part in inner:
        check_json(part, depth + 1)


def is_storable(text: str) -> bool:
    return len(text) <= LONGEST and "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
