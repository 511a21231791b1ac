"""The limit on bodies, as middleware for any ASGI server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from core.server.body_limit import BodyLimit
from core.server.limits import MIB, PAGE_CAP, Headers, Message, Receive, Scope, Send, body_caps

pytestmark = pytest.mark.anyio
CAP = 10


class Client:
    """Sends a body in parts and records the response."""

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
        if not self.parts:
            return {"type": "http.disconnect"}
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


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"two")]])
async def test_body_that_turns_out_over_the_cap_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    client, reader = Client([b"12345", b"678901"], *headers), Reader()
    await run(client, reader)
    assert (client.status, len(client.sent), reader.last) == (413, 3, {"type": "http.disconnect"})


async def test_short_declared_body_is_left_to_the_server() -> None:
    client, passed = Client([b"12"], (b"content-length", b"2")), []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        passed.extend([receive, send])

    await BodyLimit(application, lambda path: CAP)(client.scope, client.receive, client.send)
    assert passed == [client.receive, client.send]


@pytest.mark.parametrize(("headers", "status"), [([], 200), ([(b"transfer-encoding", b"chunked")], 401)])
async def test_only_a_body_of_unknown_length_asks_who_sends_it(
    headers: list[tuple[bytes, bytes]], status: int
) -> None:
    """A page that anybody may see has no body and no length."""

    async def nobody(path: str, headers: Headers) -> str:
        return ""

    client = Client([b""], *headers)
    await BodyLimit(Reader(), lambda path: CAP, nobody)(client.scope, client.receive, client.send)
    assert client.status == status


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
    "path", ["/api/v1/audio/transcriptions", "/v1/images/edits", "/v2/router/x", "/v3/router/x", "/uploads/"]
)
async def test_uploads_and_api_take_a_file_in_base64(path: str) -> None:
    assert body_caps(50)(path) == 50 * MIB * 4 // 3 + MIB


@pytest.mark.parametrize("path", ["/api/v1/chat/completions", "/v1/responses"])
async def test_a_chat_takes_two_files_and_much_text(path: str) -> None:
    assert body_caps(50)(path) == 2 * 50 * MIB * 4 // 3 + 16 * MIB


@pytest.mark.parametrize(
    "path", ["/", "/chat/completions", "/admin/core/provider/add/", "/apiary", "/V1/x", "//api/"]
)
async def test_pages_take_a_form(path: str) -> None:
    assert body_caps(50)(path) == PAGE_CAP == 2_621_440
