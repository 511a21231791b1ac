"""What a request may bring, on any ASGI server: a body of bounded size and no claims about its origin."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from core.api.http.middleware import SERVER_SEND

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MIB = 1024 * 1024
PAGE_CAP = 5 * MIB // 2
UPLOAD_PATHS = ("/api/", "/v1/", "/v3/router/", "/uploads/")
CHAT_PATHS = ("/chat/completions", "/responses")


def body_caps(max_upload_mb: int) -> Callable[[str], int]:
    """Bytes a body may have at a path: the API and uploads take a file of `max_upload_mb` written as base64
    in JSON, a conversation two of them and many words, everything else takes a form."""
    upload = max_upload_mb * MIB * 4 // 3 + MIB
    chat = 2 * max_upload_mb * MIB * 4 // 3 + 16 * MIB

    def cap(path: str) -> int:
        if not path.startswith(UPLOAD_PATHS):
            return PAGE_CAP
        return chat if path.endswith(CHAT_PATHS) else upload

    return cap


def error_body(status: int, message: str, error_type: str) -> bytes:
    """The error envelope of the API, for refusals that happen before the API is reached."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {
        "code": status,
        "message": message,
        "type": kind,
        "param": None,
        "metadata": {"error_type": error_type},
    }
    return json.dumps({"error": error}).encode()


def too_large(cap: int) -> bytes:
    """The body of a 413; `cap` in bytes."""
    return error_body(
        413, f"The request body is larger than the {cap} bytes allowed here.", "payload_too_large"
    )


class BodyLimit:
    """Refuses bodies over `cap_for(path)` bytes with a 413, by their declared length or by counting."""

    def __init__(self, app: Application, cap_for: Callable[[str], int]) -> None:
        self.app = app
        self.cap_for = cap_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        meter = _Meter(self.cap_for(scope["path"]), receive, send)
        if _declared_length(scope) > meter.cap:
            await meter.refuse()
            return
        scope[SERVER_SEND] = send
        try:
            await self.app(scope, meter.receive, meter.send)
        except Exception:
            # Whatever the application makes of a request that breaks off, the client has its answer.
            if not meter.refused:
                raise


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


class _Meter:
    """Counts what an application receives; over the cap it gets a disconnect and the client a 413."""

    def __init__(self, cap: int, receive: Receive, send: Send) -> None:
        self.cap = cap
        self.refused = False
        self._left = cap
        self._started = False
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        if self.refused:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left >= 0:
            return message
        await self.refuse()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.refused:
            return
        self._started = True
        await self._send(message)

    async def refuse(self) -> None:
        self.refused = True
        if self._started:
            return
        body = too_large(self.cap)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        await self._send({"type": "http.response.start", "status": 413, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


class TrustedProxies:
    """Believes `X-Forwarded-For` and `-Proto` of these networks only; the application sees neither."""

    def __init__(self, app: Application, networks: Iterable[str | Network]) -> None:
        self.app = app
        self.networks = parse_networks(networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = settle_origin(scope, self.networks)
        await self.app(scope, receive, send)


def parse_networks(networks: Iterable[str | Network]) -> tuple[Network, ...]:
    """Addresses and networks in any notation `ipaddress` knows; ValueError names a bad one."""
    return tuple(ip_network(network) for network in networks)


def settle_origin(scope: Scope, trusted: tuple[Network, ...]) -> Scope:
    """A scope whose `client` and `scheme` are what a trusted proxy said, or else what the socket says.

    Headers that claim an origin are gone afterwards, so doing it twice changes nothing.
    """
    claims = [(name, value) for name, value in scope["headers"] if _claims_origin(name)]
    if not claims:
        return scope
    settled = {**scope, "headers": [pair for pair in scope["headers"] if not _claims_origin(pair[0])]}
    peer = _parse_address(scope["client"][0]) if scope.get("client") else None
    if peer is None or not _within(peer, trusted):
        return settled
    hops = _values(claims, b"x-forwarded-for")
    if hops:
        settled["client"] = [str(_origin(peer, hops, trusted)), 0]
    if protocols := _values(claims, b"x-forwarded-proto"):
        plain = "http" if scope["type"] == "http" else "ws"
        settled["scheme"] = f"{plain}s" if protocols[-1].lower() in ("https", "wss") else plain
    return settled


def _claims_origin(name: bytes) -> bool:
    return name.startswith(b"x-forwarded-") or name in (b"forwarded", b"x-real-ip", b"daphne-root-path")


def _values(headers: list[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    joined = b",".join(value for name, value in headers if name == wanted)
    return [part.strip() for part in joined.decode("latin-1").split(",") if part.strip()]


def _origin(peer: Address, hops: list[str], trusted: tuple[Network, ...]) -> Address:
    """Each proxy adds the peer it saw at the end: the last untrusted address is the client."""
    origin = peer
    for hop in reversed(hops):
        address = _parse_address(hop)
        if address is None:
            break
        origin = address
        if not _within(address, trusted):
            break
    return origin


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _parse_address(text: str) -> Address | None:
    text = text.strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
