"""ASGI middleware that refuses requests which servers read differently, and those that nothing here takes.

`core.server.channel` refuses more of them before a body is read; this holds on any server.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl

from core.server.body_limit import refuse
from core.server.limits import Application, Headers, Receive, Scope, Send, error_body

METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
REFUSED_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})
"""They repeat a request with its cookies, or ask for a tunnel."""


class Refusal(NamedTuple):
    """Why a request is refused."""

    status: int
    message: str
    headers: Headers = ()
    param: str | None = None


FRAMING = Refusal(400, "The Transfer-Encoding of the request is not understood.")
HOST = Refusal(400, "The request must have one Host header.")
METHOD = Refusal(405, f"Methods are {METHODS}.", ((b"allow", METHODS.encode()),))


class RequestCheck:
    """Refuses with 400 or 405 and closes the connection; a websocket is rejected."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        refusal = find_refusal(scope) if kind in ("http", "websocket") else None
        if refusal is None:
            await self.app(scope, receive, send)
        elif kind == "websocket":
            await send({"type": "websocket.close"})
        else:
            body = error_body(refusal.status, refusal.message, "invalid_request", refusal.param)
            await refuse(send, refusal.status, body, refusal.headers)


def find_refusal(scope: Scope) -> Refusal | None:
    """The first reason to refuse the request; None where there is none."""
    if scope.get("method") in REFUSED_METHODS:
        return METHOD
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return nul(scope["query_string"])
    hosts, encodings = 0, []
    for name, value in scope["headers"]:
        if name == b"host":
            hosts += 1
        elif name == b"transfer-encoding":
            encodings.append(value)
    if not is_one_host(hosts, scope.get("http_version")):
        return HOST
    return None if not encodings or is_chunked(encodings, scope["http_version"]) else FRAMING


def nul(query: bytes) -> Refusal:
    """PostgreSQL stores no NUL, so that a look-up with one would fail."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    names = [name for name, value in pairs if "\0" in value and "\0" not in name]
    where = names[0] if names else "The address"
    return Refusal(400, f"{where} contains the character U+0000.", param=names[0] if names else None)


def is_one_host(hosts: int, version: str | None) -> bool:
    """Whether a request has one Host header, or none in HTTP/1.0 (RFC 9112, section 3.2)."""
    return hosts == 1 or (hosts == 0 and version != "1.1")


def is_chunked(encodings: list[bytes], version: str) -> bool:
    """Whether the Transfer-Encoding headers are the one that every server understands."""
    return version != "1.0" and len(encodings) == 1 and encodings[0].lower() == b"chunked"
