"""Forwarded headers: taken from trusted proxies, removed for everybody else."""

from __future__ import annotations

from typing import Any

import pytest

from core.server.limits import Receive, Scope, Send
from core.server.proxies import TrustedProxies, parse_networks, resolve_origin

pytestmark = pytest.mark.anyio
PROXIES = parse_networks(["10.0.0.0/8", "2001:db8::/32"])


def resolved(peer: str, *headers: tuple[bytes, bytes], kind: str = "http") -> Scope:
    scheme = "http" if kind == "http" else "ws"
    return resolve_origin(
        {"type": kind, "headers": list(headers), "client": [peer, 5], "scheme": scheme}, PROXIES
    )


def forwarded_for(value: bytes) -> tuple[bytes, bytes]:
    return (b"x-forwarded-for", value)


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        (b"203.0.113.9", "203.0.113.9"),
        (b"6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (b"6.6.6.6, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        (b"10.2.2.2, 10.1.1.1", "10.2.2.2"),
        (b"203.0.113.9:4711", "203.0.113.9"),
        (b'"[2001:db9::7]:4711"', "2001:db9::7"),
        (b"::ffff:203.0.113.9", "203.0.113.9"),
        (b"nonsense", "10.0.0.1"),
        (b"nonsense, 10.1.1.1", "10.1.1.1"),
    ],
)
async def test_client_is_the_last_untrusted_hop(hops: bytes, client: str) -> None:
    assert resolved("10.0.0.1", forwarded_for(hops))["client"] == [client, 0]


async def test_hops_in_several_lines_are_one_list() -> None:
    lines = (forwarded_for(b"6.6.6.6"), forwarded_for(b"203.0.113.9"))
    assert resolved("10.0.0.1", *lines)["client"] == ["203.0.113.9", 0]


@pytest.mark.parametrize("peer", ["10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1"])
async def test_scheme_of_a_trusted_proxy_is_taken(peer: str) -> None:
    https = (b"x-forwarded-proto", b"https")
    assert resolved(peer, https)["scheme"] == "https"
    assert resolved(peer, https, kind="websocket")["scheme"] == "wss"
    assert resolved(peer, (b"x-forwarded-proto", b"http"))["scheme"] == "http"


@pytest.mark.parametrize("peer", ["203.0.113.9", "11.0.0.1", "unix:"])
async def test_forwarded_headers_of_untrusted_clients_change_nothing(peer: str) -> None:
    claims = [
        forwarded_for(b"6.6.6.6"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"evil"),
        (b"forwarded", b"for=6.6.6.6"),
        (b"x-real-ip", b"6.6.6.6"),
        (b"daphne-root-path", b"/evil"),
    ]
    scope = resolved(peer, (b"host", b"here"), *claims)
    assert (scope["client"], scope["scheme"], scope["headers"]) == ([peer, 5], "http", [(b"host", b"here")])


async def test_resolving_twice_changes_nothing() -> None:
    once = resolved("10.0.0.1", forwarded_for(b"10.2.2.2"), (b"x-forwarded-proto", b"https"))
    assert resolve_origin(once, PROXIES) == once


async def never(*_: object) -> Any:
    raise AssertionError("the middleware neither receives nor sends")


async def test_the_middleware_resolves_requests_and_leaves_lifespan_alone() -> None:
    scopes: list[Scope] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)

    middleware = TrustedProxies(application, ["127.0.0.1"])
    request = {"type": "http", "headers": [forwarded_for(b"203.0.113.9")], "client": ["127.0.0.1", 1]}
    await middleware(request, never, never)
    await middleware({"type": "lifespan"}, never, never)
    assert [scope.get("client") for scope in scopes] == [["203.0.113.9", 0], None]


async def test_bad_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.300"):
        parse_networks(["10.0.0.300"])
