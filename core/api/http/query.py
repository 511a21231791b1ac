"""Query parameters as typed values. Everything raises `InvalidRequest` naming the parameter."""

from __future__ import annotations

from starlette.requests import Request

from core.contract.errors import InvalidRequest


def text(request: Request, name: str) -> str:
    """The value without white space around it; empty when it is not given."""
    return request.query_params.get(name, "").strip()


def comma_list(request: Request, name: str) -> frozenset[str]:
    """The parts of a comma-separated list in lower case; empty when it is not given."""
    return frozenset(part.strip().lower() for part in text(request, name).split(",") if part.strip())


def integer(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`; `default` when it is not given."""
    value = text(request, name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 10 or not low <= int(value) <= high:
        raise InvalidRequest(f"{name} must be a whole number from {low} to {high}.", param=name)
    return int(value)
