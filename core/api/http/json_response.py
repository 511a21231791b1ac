"""JSON responses and error responses, encoded by orjson."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from core.contract.errors import MethodNotAllowed, PolyphonyError

JSON = "application/json; charset=utf-8"
CACHE_STATUS = "X-OpenRouter-Cache-Status"


def dumps(value: Any) -> bytes:
    """`value` as JSON: `Decimal` becomes a number, datetimes are ISO 8601 with `Z`."""
    return orjson.dumps(value, default=json_value, option=orjson.OPT_UTC_Z)


def json_value(value: Any) -> Any:
    """What orjson cannot encode by itself, as something it can."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response with `Cache-Control: private, no-store`."""
    return Response(
        dumps(value), status, {"Cache-Control": "private, no-store", **(headers or {})}, media_type=JSON
    )


def error_response(error: PolyphonyError) -> Response:
    """The error envelope with the headers that its status requires."""
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status in (429, 503) or (error.status == 409 and error.retry_after):
        headers["Retry-After"] = str(max(1, ceil(error.retry_after or 1)))
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = str(error.metadata["allow"])
    if generation := error.metadata.get("generation_id"):
        headers["X-Generation-Id"] = str(generation)
    if status := error.metadata.get("cache_status"):
        headers[CACHE_STATUS] = str(status)
    headers |= route_headers(error)
    return json_response({"error": error.envelope()}, error.status, headers)


def route_headers(error: PolyphonyError) -> dict[str, str]:
    """The provider that failed last, how many calls there were, and which models could not be asked."""
    headers = {}
    if provider := error.metadata.get("provider_name"):
        earlier = error.metadata.get("previous_errors", ())
        headers["X-Polyphony-Provider"] = header_text(str(provider))
        headers["X-Polyphony-Attempts"] = str(len(earlier) + 1)
    if skipped := error.metadata.get("skipped_models"):
        headers["X-Polyphony-Skipped"] = skipped_text(
            (one["model"], one.get("provider", ""), one["code"]) for one in skipped
        )
    return headers


def skipped_text(models: Iterable[tuple[str, str, str]]) -> str:
    """The value of `X-Polyphony-Skipped`: the models that could not be asked, each with the provider where it
    concerns only that one, and with its error code."""
    places = ((f"{model} @ {provider}" if provider else model, code) for model, provider, code in models)
    return header_text(", ".join(f"{place} ({code})" for place, code in places))


def header_text(text: str) -> str:
    """`text` as a header can have it: what is not Latin-1 becomes a question mark."""
    return "".join(filter(str.isprintable, text)).encode("latin-1", "replace").decode("latin-1")


async def handle_polyphony_error(request: Request, error: Exception) -> Response:
    """Starlette's exception handler for the error tree."""
    assert isinstance(error, PolyphonyError)
    return error_response(error)
