"""Validates a body with pydantic; its first error becomes an `InvalidRequest` in our own wording."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from core.bodies.server_fields import refuse_server_fields
from core.contract.errors import InvalidRequest

LONGEST_NAME = 120


class Body(BaseModel):
    """What every request body shares: strict types, fields we do not know are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class FieldError(InvalidRequest, ValueError):
    """Raised by the validator of a field: pydantic wraps it, and `validate` raises it unchanged."""


B = TypeVar("B", bound=Body)


def validate(shape: type[B], fields: Mapping[str, Any]) -> B:
    """`fields` as a `shape`. Raises `InvalidRequest` naming the first wrong field, never its value."""
    refuse_server_fields(fields)
    try:
        return shape.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=True, include_input=False)[0]
    raise invalid_request(first)


def wrong_field(param: str, what: str) -> InvalidRequest:
    """The refusal of a value; `what` goes on from its name, as in `must be a string.`"""
    return InvalidRequest(f"{param} {what}", param=param)


def missing_field(param: str, fields: Mapping[str, Any], name: str, what: str) -> InvalidRequest:
    """The refusal of `fields[name]`: as missing where it is absent or null, else as wrong."""
    if name in fields and fields[name] is not None:
        return wrong_field(param, what)
    return InvalidRequest(f"{param} is required: it {what}", param=param, code="missing_field")


def invalid_request(detail: ErrorDetails) -> InvalidRequest:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, InvalidRequest):
        return cause
    param = field_path(detail["loc"])
    code = "missing_field" if detail["type"] == "missing" else "invalid_value"
    return InvalidRequest(f"{param} {describe(detail)}", param=param, code=code)


def field_path(loc: tuple[int | str, ...]) -> str:
    """`("messages", 0, "content")` as `messages[0].content`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".")[:LONGEST_NAME] or "body"


def describe(detail: ErrorDetails) -> str:
    bounds = detail.get("ctx", {})
    sentence = SENTENCES.get(detail["type"])
    return sentence.format(**bounds) if sentence else "is not valid."


SENTENCES = {
    "missing": "is required.",
    "extra_forbidden": "is not known.",
    "finite_number": "must be a number.",
    "string_type": "must be a string.",
    "string_too_short": "must not be empty.",
    "string_too_long": "must have at most {max_length} characters.",
    "enum": "must be one of {expected}.",
    "literal_error": "must be one of {expected}.",
    "float_type": "must be a number.",
    "float_parsing": "must be a number.",
    "int_type": "must be a whole number.",
    "int_from_float": "must be a whole number.",
    "bool_type": "must be true or false.",
    "greater_than_equal": "must be at least {ge}.",
    "less_than_equal": "must be at most {le}.",
    "dict_type": "must be an object.",
    "mapping_type": "must be an object.",
    "model_type": "must be an object.",
    "list_type": "must be a list.",
    "too_long": "must have at most {max_length} entries.",
}
"""The rest of a sentence about a field, by the type of pydantic's error."""
