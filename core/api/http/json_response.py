"""Answers as bytes: JSON written by orjson, money as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from core.contract.errors import MethodNotAllowed, PolyphonyError

JSON = "application/json; charset=utf-8"


def dumps(value: Any) -> bytes:
    """`value` as JSON: `Decimal` becomes a number, times are ISO 8601 with `Z`."""
    return orjson.dumps(value, default=plain, option=orjson.OPT_UTC_Z)


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer that no cache may keep."""
    return Response(dumps(value), status, {"Cache-Control": "no-store", **(headers or {})}, media_type=JSON)


def failure(error: PolyphonyError) -> Response:
    """The envelope of the contract with the headers its status asks for."""
    headers = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status in (429, 503):
        headers["Retry-After"] = str(max(1, ceil(error.retry_after or 1)))
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = str(error.metadata["allow"])
    if generation := error.metadata.get("generation_id"):
        headers["X-Generation-Id"] = str(generation)
    return answer({"error": error.envelope()}, error.status, headers)


async def refuse(request: Request, error: Exception) -> Response:
    """Starlette's handler for everything in the error tree."""
    assert isinstance(error, PolyphonyError)
    return failure(error)
