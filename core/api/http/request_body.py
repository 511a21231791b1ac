"""Reading a JSON body: headers first, then the size, then the fields."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TypeVar

from django.conf import settings
from starlette.requests import ClientDisconnect, Request

from core.bodies.json_object import parse_json_object
from core.bodies.validation import Body, validate
from core.contract.errors import TooLarge, WrongContentType

MIB = 1024 * 1024
SHORT = 256 * 1024
"""Bytes; a larger body is decoded in a thread, so that it does not block the event loop."""

B = TypeVar("B", bound=Body)


async def read_json(request: Request, schema: type[B]) -> B:
    """The JSON body as a checked `schema`. Raises from the error tree."""
    check_headers(request)
    body = await read_bytes(request, upload_cap())
    if len(body) <= SHORT:
        return validate(schema, parse_json_object(body))
    return validate(schema, await asyncio.to_thread(parse_json_object, body))


def upload_cap() -> int:
    """Most bytes of a body with one file in base64."""
    return settings.MAX_UPLOAD_MB * MIB * 4 // 3 + MIB


def check_headers(request: Request) -> None:
    """Raise `WrongContentType` unless the body is JSON without a Content-Encoding."""
    if not is_json(request.headers.get("content-type", "")):
        raise WrongContentType("Send the body as Content-Type: application/json.")
    check_encoding(request)


def check_encoding(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongContentType("Send the body without Content-Encoding.")


@lru_cache(maxsize=256)
def is_json(content_type: str) -> bool:
    """Whether a Content-Type says JSON in UTF-8."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [value for value in parameters if value.startswith("charset=")]
    return kind == "application/json" and all(
        value.removeprefix("charset=").strip('"') in ("utf-8", "utf8") for value in charsets
    )


async def read_bytes(request: Request, cap: int) -> bytes:
    """The whole body. Raises `TooLarge` by the Content-Length or, without one, by the bytes received."""
    check_length(request, cap)
    chunks, size, more = [], 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size > cap:
            raise too_large(cap)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def check_length(request: Request, cap: int) -> None:
    """Raise `TooLarge` where the Content-Length is over `cap` bytes."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > cap:
        raise too_large(cap)


def too_large(cap: int) -> TooLarge:
    return TooLarge(f"The body is larger than {cap:,} bytes.")
