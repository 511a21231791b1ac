"""JSON with large base64 in it, encoded while it is sent: the text is never in memory whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from starlette.responses import Response

from core.api.http.json_response import json_value
from core.api.http.middleware import Receive, Scope, Send
from core.bodies.files.base64_value import Base64


class JSONPieces:
    """A JSON value that may contain `Base64`: iterate over its pieces, which have `size` bytes in all."""

    def __init__(self, value: Any, before: bytes = b"", after: bytes = b"") -> None:
        """`before` and `after` stand around the value."""
        found: list[Base64] = []
        mark = secrets.token_hex(16)

        def encode(inner: Any) -> Any:
            if not isinstance(inner, Base64):
                return json_value(inner)
            found.append(inner)
            return mark

        text = orjson.dumps(value, default=encode, option=orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS)
        first, *self._rest = (before + text + after).split(mark.encode())
        self._first = first
        self._values = found

    @property
    def size(self) -> int:
        texts = len(self._first) + sum(map(len, self._rest))
        return texts + sum(value.size for value in self._values)

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        for value, text in zip(self._values, self._rest, strict=True):
            yield from value.pieces()
            yield text


class PiecesResponse(Response):
    """Sends a JSON value in pieces, with its length."""

    def __init__(self, value: Any, headers: Mapping[str, str]) -> None:
        super().__init__(headers=headers)
        self.pieces = JSONPieces(value)
        self.headers["content-length"] = str(self.pieces.size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        for piece in self.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
