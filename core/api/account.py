"""`GET key` and `credits`: what the caller may spend and has spent."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from core.api.http.authentication import authenticate
from core.api.http.json_response import json_response
from core.api.serializers.account import credits_object, key_object
from core.models.offload import offload


async def key(request: Request) -> Response:
    """The API key of the request: its name, its limits, what it has spent."""
    return json_response({"data": await offload(key_object, await authenticate(request))})


async def credits(request: Request) -> Response:
    """What the caller's budgets allow in all, and what they have spent."""
    return json_response({"data": await offload(credits_object, await authenticate(request))})
