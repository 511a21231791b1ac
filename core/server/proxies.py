"""ASGI middleware that takes forwarded headers from trusted proxies only."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from core.server.limits import Application, Receive, Scope, Send

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


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
