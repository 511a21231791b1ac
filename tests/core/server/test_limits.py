"""The body cap and the origin of a request, as middleware that works on any ASGI server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from core.server.limits import (
    MIB,
    PAGE_CAP,
    BodyLimit,
    Message,
    Receive,
    Scope,
    Send,
    TrustedProxies,
    body_caps,
    parse_networks,
    resolve_origin,
)

pytestmark = pytest.mark.anyio
CAP = 10


class Client:
    """Sends a body in parts and keeps what comes back."""

    def __init__(self, parts: Iterable[bytes], *headers: tuple[bytes, bytes]) -> None:
        self.scope: Scope = {
            "type": "http",
            "path": "/",
            "headers": list(headers),
            "client": ["127.0.0.1", 1],
        }
        self.parts = list(parts)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        body = self.parts.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self.parts)}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def body(self) -> Any:
        return json.loads(self.sent[1]["body"])


class Reader:
    """An application that reads everything and answers with the number of bytes."""

    def __init__(self, answer_first: bool = False, fail: bool = False) -> None:
        self.answer_first = answer_first
        self.fail = fail
        self.called = False
        self.last: Message = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.called = True
        total = 0
        if self.answer_first:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        more = True
        while more:
            self.last = await receive()
            total += len(self.last.get("body", b""))
            more = self.last.get("more_body", False)
        if self.fail:
            raise ValueError("on purpose")
        if not self.answer_first:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"%d" % total})


async def run(client: Client, reader: Reader) -> None:
    await BodyLimit(reader, lambda path: CAP)(client.scope, client.receive, client.send)


async def test_body_at_the_cap_passes() -> None:
    client = Client([b"12345", b"67890"])
    await run(client, Reader())
    assert (client.status, client.body) == (200, 10)


async def test_declared_body_over_the_cap_is_refused_unread() -> None:
    client, reader = Client([], (b"content-length", b"11")), Reader()
    await run(client, reader)
    assert (client.status, reader.called) == (413, False)
    assert client.sent[0]["headers"] == [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(client.sent[1]["body"])),
        (b"connection", b"close"),
    ]
    assert client.body == {
        "error": {
            "code": 413,
            "message": "The request body is larger than the 10 bytes allowed here.",
            "type": "invalid_request_error",
            "param": None,
            "metadata": {"error_type": "payload_too_large"},
        }
    }


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"2")], [(b"content-length", b"two")]])
async def test_body_that_turns_out_over_the_cap_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    client, reader = Client([b"12345", b"678901"], *headers), Reader()
    await run(client, reader)
    assert (client.status, len(client.sent), reader.last) == (413, 2, {"type": "http.disconnect"})


async def test_application_that_reads_on_after_the_cap_gets_disconnects() -> None:
    messages = []

    async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
        messages.extend([await receive(), await receive()])

    client = Client([b"12345678901"])
    await BodyLimit(stubborn, lambda path: CAP)(client.scope, client.receive, client.send)
    assert messages == [{"type": "http.disconnect"}] * 2


async def test_a_failure_after_a_refusal_is_not_raised() -> None:
    client = Client([b"12345678901"])
    await run(client, Reader(fail=True))
    assert client.status == 413


async def test_failure_of_an_application_within_the_cap_is_raised() -> None:
    with pytest.raises(ValueError, match="on purpose"):
        await run(Client([b"1"]), Reader(fail=True))


async def test_a_started_response_is_not_started_twice() -> None:
    client = Client([b"12345678901"])
    await run(client, Reader(answer_first=True))
    assert [message["type"] for message in client.sent] == ["http.response.start"]


async def test_websockets_pass_uncounted() -> None:
    client, reader = Client([b"12345678901"]), Reader()
    client.scope["type"] = "websocket"
    await run(client, reader)
    assert client.body == 11


@pytest.mark.parametrize(
    "path", ["/api/v1/audio/transcriptions", "/v1/images/edits", "/v3/router/x", "/uploads/"]
)
async def test_uploads_and_api_take_a_file_in_base64(path: str) -> None:
    assert body_caps(50)(path) == 50 * MIB * 4 // 3 + MIB


@pytest.mark.parametrize("path", ["/api/v1/chat/completions", "/v1/responses"])
async def test_a_conversation_takes_two_files_and_many_words(path: str) -> None:
    assert body_caps(50)(path) == 2 * 50 * MIB * 4 // 3 + 16 * MIB


@pytest.mark.parametrize(
    "path", ["/", "/chat/completions", "/admin/core/provider/add/", "/apiary", "/V1/x", "//api/"]
)
async def test_pages_take_a_form(path: str) -> None:
    assert body_caps(50)(path) == PAGE_CAP == 2_621_440


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


async def test_the_middleware_resolves_requests_and_leaves_lifespan_alone() -> None:
    scopes = []

    async def keep(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)

    client = Client([], forwarded_for(b"203.0.113.9"))
    middleware = TrustedProxies(keep, ["127.0.0.1"])
    await middleware(client.scope, client.receive, client.send)
    await middleware({"type": "lifespan"}, client.receive, client.send)
    assert [scope.get("client") for scope in scopes] == [["203.0.113.9", 0], None]


async def test_bad_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.300"):
        parse_networks(["10.0.0.300"])
