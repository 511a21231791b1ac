"""An ASGI application for the server's tests, served in a process of its own by one of the two servers."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import uvicorn

from core.access.body_quota import BodyQuota
from core.server.body_limit import BodyLimit
from core.server.limits import Application, Headers, Limits, Message, Receive, Scope, Send, body_caps
from core.server.request_check import RequestCheck
from core.server.server import serve
from core.server.uvicorn_protocol import Protocol

MIB = 1024 * 1024
QUOTA = {"most": 1024 * MIB, "most_per_caller": 1024 * MIB}
marks: list[str] = []


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    answer = (HTTP if scope["type"] == "http" else WEBSOCKET)[scope["path"].rpartition("/")[2]]
    options = {name: float(value) for name, value in parse_qsl(scope["query_string"].decode())}
    await answer(scope, receive, send, **options)


async def reply(send: Send, content: Any, status: int = 200) -> None:
    body = json.dumps(content).encode()
    await start(send, status, [(b"content-length", b"%d" % len(body))])
    await send({"type": "http.response.body", "body": body})


async def start(send: Send, status: int = 200, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers or []})


async def part(send: Send, body: bytes, more_body: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more_body})


async def count(scope: Scope, receive: Receive, send: Send) -> None:
    """Says how long the body was and how long its longest part."""
    total = longest = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        total += len(message["body"])
        longest = max(longest, len(message["body"]))
        more = message["more_body"]
    await reply(send, {"total": total, "longest": longest})


async def deny(scope: Scope, receive: Receive, send: Send) -> None:
    await reply(send, "denied", 401)


async def flood(scope: Scope, receive: Receive, send: Send, mb: float, whole: float = 0) -> None:
    """Sends megabytes, in pieces or as one message, as fast as the server takes them."""
    await start(send)
    if whole:
        await part(send, b"x" * int(mb * MIB))
    else:
        chunk = bytes(MIB // 16)
        for _ in range(int(mb * 16)):
            await part(send, chunk)
    await part(send, b"", more_body=False)
    marks.append("flooded")


async def slow(scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
    marks.append("slow begun")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        await asyncio.sleep(0.2)
        marks.append("slow settled")
        raise
    await reply(send, "slow")


async def ticks(scope: Scope, receive: Receive, send: Send, number: float) -> None:
    await start(send)
    for tick in range(int(number)):
        await part(send, b"data: %d\n\n" % tick)
        await asyncio.sleep(0.1)
    await part(send, b"data: [DONE]\n\n", more_body=False)


async def leave(scope: Scope, receive: Receive, send: Send, stream: float = 0) -> None:
    """Waits for the disconnect, then goes on for 1.5 s."""
    if stream:
        await start(send)
        await part(send, b"data: 0\n\n")
    await receive()
    marks.append("waiting")
    message = await receive()
    marks.append(message["type"])
    try:
        await asyncio.sleep(1.5)
        marks.append("settled")
    except asyncio.CancelledError:
        marks.append("cancelled")


async def no_response(scope: Scope, receive: Receive, send: Send) -> None:
    """Ends without an answer."""


async def accept(scope: Scope, receive: Receive, send: Send) -> None:
    """Accepts and ends."""
    await send({"type": "websocket.accept"})


async def reject(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close", "code": 4401})


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    await start(send)
    await part(send, b"so far so good")
    raise ValueError("on purpose")


async def echo_scope(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]]
    scope_values = {name: scope[name] for name in ("client", "scheme", "root_path", "method", "path")}
    await reply(send, {**scope_values, "headers": headers})


async def report_marks(scope: Scope, receive: Receive, send: Send) -> None:
    await reply(send, marks)


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Accepts and reads nothing for 1 s."""
    await send({"type": "websocket.accept"})
    await asyncio.sleep(1)
    message: Message = {"type": "websocket.connect"}
    while message["type"] != "websocket.disconnect":
        message = await receive()
    marks.append(f"busy saw {message['code']}")


async def blast(scope: Scope, receive: Receive, send: Send, mb: float) -> None:
    await send({"type": "websocket.accept"})
    chunk = bytes(MIB // 16)
    for _ in range(int(mb * 16)):
        await send({"type": "websocket.send", "bytes": chunk})
    await send({"type": "websocket.close", "code": 1000})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await receive()
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
    marks.append(f"echo saw {message['code']}")


async def close(scope: Scope, receive: Receive, send: Send, code: float) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(code), "reason": "because"})


async def secure(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": scope["scheme"]})


HTTP = {
    "count": count,
    "deny": deny,
    "flood": flood,
    "slow": slow,
    "ticks": ticks,
    "leave": leave,
    "no_response": no_response,
    "broken": broken,
    "scope": echo_scope,
    "marks": report_marks,
}
WEBSOCKET = {
    "busy": busy,
    "blast": blast,
    "echo": echo,
    "close": close,
    "accept": accept,
    "reject": reject,
    "secure": secure,
}


def print_fact(**fact: Any) -> None:
    print(json.dumps(fact), flush=True)


async def report_end() -> None:
    print_fact(drained=True, marks=marks)


def by_daphne(options: dict[str, Any]) -> None:
    folder = options.get("tls")
    quota = BodyQuota(**{**QUOTA, **options.get("quota", {})}, free=lambda: 1024 * MIB)
    serve(
        assembled(quota),
        "127.0.0.1",
        0,
        tls=Path(folder) if folder else None,
        limits=Limits(**options.get("limits", {})),
        trusted_proxies=options.get("trusted_proxies", ()),
        find_sender=find_sender,
        quota=quota,
        ready=lambda port: print_fact(port=port),
        draining=lambda: print_fact(draining=True),
        on_drain=[report_end],
    )


def by_uvicorn(options: dict[str, Any]) -> None:
    quota = BodyQuota(**{**QUOTA, **options.get("quota", {})}, free=lambda: 1024 * MIB)
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    print_fact(port=listening.getsockname()[1])
    config = uvicorn.Config(
        assembled(quota), http=Protocol, backlog=64, proxy_headers=False, log_config=None, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listening])


async def find_sender(path: str, headers: Headers) -> str:
    """The word behind Bearer; everybody is known where there is no key at all in the address."""
    await asyncio.sleep(0.05)
    return dict(headers).get(b"authorization", b"").decode() if "guarded" in path else "anybody"


def assembled(quota: BodyQuota) -> Application:
    return RequestCheck(BodyLimit(application, body_caps(50), find_sender, quota))


SERVERS = {"daphne": by_daphne, "uvicorn": by_uvicorn}

if __name__ == "__main__":
    options = json.loads(sys.argv[1])
    if "descriptors" in options:
        resource.setrlimit(resource.RLIMIT_NOFILE, (options["descriptors"], options["descriptors"]))
    SERVERS[options.get("server", "daphne")](options)
