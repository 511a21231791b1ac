"""Query strings: typed values, or a refusal that names the parameter."""

from __future__ import annotations

from starlette.requests import Request

from core.contract.errors import InvalidRequest


def text(request: Request, name: str) -> str:
    value = request.query_params.get(name, "")
    if "\0" in value:
        raise InvalidRequest(f"{name} contains the character U+0000.", param=name)
    return value.strip()


def words(request: Request, name: str) -> frozenset[str]:
    """A comma list in lower case; empty when it is not given."""
    return frozenset(part.strip().lower() for part in text(request, name).split(",") if part.strip())


def number(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`. Raises `InvalidRequest`."""
    value = text(request, name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 10 or not low <= int(value) <= high:
        raise InvalidRequest(f"{name} must be a whole number from {low} to {high}.", param=name)
    return int(value)
