"""Reading a request: who sends it and what is in it, each checked before the next is looked at."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TypeVar

from django.conf import settings
from starlette.requests import ClientDisconnect, Request

from core.access.authentication import authenticate
from core.bodies.json_object import parse_json_object
from core.bodies.validation import Body, validate
from core.contract.errors import TooLarge, WrongContentType
from core.contract.requests import Caller

MIB = 1024 * 1024
INLINE = 256 * 1024
"""A larger body is decoded in a thread, so that others need not wait for it."""

B = TypeVar("B", bound=Body)


async def caller(request: Request) -> Caller:
    """Who asks, by the Authorization header and nothing else. Raises what `identify` raises."""
    values = [value.decode("latin-1") for name, value in request.scope["headers"] if name == b"authorization"]
    client = request.scope.get("client")
    return await authenticate(values, client[0] if client else "")


async def read(request: Request, shape: type[B]) -> B:
    """The JSON body as a checked `shape`. Raises from the error tree."""
    check_headers(request)
    body = await read_bytes(request, settings.MAX_UPLOAD_MB * MIB * 4 // 3 + MIB)
    fields = (
        parse_json_object(body) if len(body) <= INLINE else await asyncio.to_thread(parse_json_object, body)
    )
    return validate(shape, fields)


def check_headers(request: Request) -> None:
    if not is_json(request.headers.get("content-type", "")):
        raise WrongContentType("Send the body as Content-Type: application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongContentType("Send the body without Content-Encoding.")


@lru_cache(maxsize=256)
def is_json(content_type: str) -> bool:
    """Whether a Content-Type announces JSON in UTF-8."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [value for value in parameters if value.startswith("charset=")]
    return kind == "application/json" and all(
        value.removeprefix("charset=").strip('"') in ("utf-8", "utf8") for value in charsets
    )


async def read_bytes(request: Request, cap: int) -> bytes:
    """The whole body. Raises `TooLarge` by what is announced or, failing that, by what arrives."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > cap:
        raise too_large(cap)
    pieces, size, more = [], 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece, more = message.get("body", b""), message.get("more_body", False)
        size += len(piece)
        if size > cap:
            raise too_large(cap)
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def too_large(cap: int) -> TooLarge:
    return TooLarge(f"The body is larger than {cap:,} bytes.")
