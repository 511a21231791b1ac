"""ASGI middleware for any server: a limit on bodies, and forwarded headers of trusted proxies only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from core.api.http.middleware import SERVER_SEND
from core.contract.tasks import FACTS, Task

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
CHAT_PATHS = (FACTS[Task.CHAT].path, "/responses")


def body_caps(max_upload_mb: int) -> Callable[[str], int]:
    """Most bytes of a body, by path: the API and uploads take a file of `max_upload_mb` as base64 in JSON,
    chats two of them and 16 MiB of text, all other paths a form."""
    upload = max_upload_mb * MIB * 4 // 3 + MIB
    chat = 2 * max_upload_mb * MIB * 4 // 3 + 16 * MIB

    def cap(path: str) -> int:
        if not path.startswith(UPLOAD_PATHS):
            return PAGE_CAP
        return chat if path.endswith(CHAT_PATHS) else upload

    return cap


def error_body(status: int, message: str, error_type: str) -> bytes:
    """The error envelope of the API, for errors before the API is reached."""
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
        counter = _BodyCounter(self.cap_for(scope["path"]), receive, send)
        if _declared_length(scope) > counter.cap:
            await counter.refuse()
            return
        scope[SERVER_SEND] = send
        try:
            await self.app(scope, counter.receive, counter.send)
        except Exception:
            # The application may fail on the early disconnect; the client has its response already.
            if not counter.refused:
                raise


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


class _BodyCounter:
    """Counts what an application receives; over the cap it gets a disconnect and the client a 413."""

    def __init__(self, cap: int, receive: Receive, send: Send) -> None:
        self.cap = cap
        self.refused = False
        self._remaining = cap
        self._started = False
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        if self.refused:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._remaining -= len(message.get("body", b""))
        if self._remaining >= 0:
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
    """Takes `X-Forwarded-For` and `-Proto` from these networks only; the application sees neither header."""

    def __init__(self, app: Application, networks: Iterable[str | Network]) -> None:
        self.app = app
        self.networks = parse_networks(networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = resolve_origin(scope, self.networks)
        await self.app(scope, receive, send)


def parse_networks(networks: Iterable[str | Network]) -> tuple[Network, ...]:
    """Addresses and networks in any notation `ipaddress` knows. Raises ValueError naming an invalid one."""
    return tuple(ip_network(network) for network in networks)


def resolve_origin(scope: Scope, trusted: tuple[Network, ...]) -> Scope:
    """The scope with `client` and `scheme` from the headers of a trusted proxy, or else from the socket.

    Forwarded headers are removed, so doing it twice changes nothing.
    """
    forwarded = [(name, value) for name, value in scope["headers"] if _is_forwarded(name)]
    if not forwarded:
        return scope
    resolved = {**scope, "headers": [pair for pair in scope["headers"] if not _is_forwarded(pair[0])]}
    peer = _parse_address(scope["client"][0]) if scope.get("client") else None
    if peer is None or not _in_any(peer, trusted):
        return resolved
    hops = _values(forwarded, b"x-forwarded-for")
    if hops:
        resolved["client"] = [str(_origin(peer, hops, trusted)), 0]
    if protocols := _values(forwarded, b"x-forwarded-proto"):
        plain = "http" if scope["type"] == "http" else "ws"
        resolved["scheme"] = f"{plain}s" if protocols[-1].lower() in ("https", "wss") else plain
    return resolved


def _is_forwarded(name: bytes) -> bool:
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
        if not _in_any(address, trusted):
            break
    return origin


def _in_any(address: Address, networks: tuple[Network, ...]) -> bool:
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
