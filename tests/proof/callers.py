"""Callers of the API: those who wait for the whole answer, and those who leave after some bytes of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.proof.billing import WORD

PATIENCE = 60.0
HEDGE_MS = 300
"""After so long a second endpoint is asked for the models that are hedged."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user with a key; `team` says that a team pays as well, `budget` is their own, if any.

    One who is `limited` may call `billing.RATE` times a minute.
    """

    id: int
    key: str
    budget: int | None
    team: bool
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks which model at which server; `leave` is the number of bytes of the answer that are read."""

    caller: Caller
    model: str
    url: str
    stream: bool = False
    leave: int | None = None
    fields: tuple[tuple[str, Any], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        return "/api/v1/audio/speech" if self.model == "voice" else "/api/v1/chat/completions"

    @property
    def hedged(self) -> bool:
        return self.model.startswith("hedged")

    def body(self) -> dict[str, Any]:
        text = f"caller {self.caller.id:06} {WORD} of the {WORD}"
        asked: dict[str, Any] = {"model": f"proof/{self.model}"}
        if self.model == "voice":
            asked |= {"input": text, "voice": "v", "response_format": "pcm"}
        else:
            asked |= {"messages": [{"role": "user", "content": text}], "stream": self.stream}
            if self.stream:
                asked["stream_options"] = {"include_usage": True}
        if self.hedged:
            asked["provider"] = {"hedge": HEDGE_MS}
        return {**asked, **dict(self.fields)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `status` None where the connection broke, `cost` in USD where the answer was whole."""

    call: Call
    status: int | None
    whole: bool
    cost: float | None
    seconds: float


def ask(calls: Iterable[Call], at_once: int = 1000) -> list[Answer]:
    """Make all calls, so many at a time."""
    return asyncio.run(ask_all(list(calls), at_once))


async def ask_all(calls: list[Call], at_once: int = 1000) -> list[Answer]:
    places = asyncio.Semaphore(at_once)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)

    async def one(call: Call) -> Answer:
        async with places:
            return await (request(client, call) if call.leave is None else leave(call))

    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, limits=limits) as client:
        return await asyncio.gather(*(one(call) for call in calls))


async def request(client: httpx.AsyncClient, call: Call) -> Answer:
    """Wait for the whole answer."""
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {call.caller.key}", **dict(call.headers)}
    try:
        answer = await client.post(call.url + call.path, json=call.body(), headers=headers)
    except httpx.HTTPError:
        return Answer(call, None, False, None, time.monotonic() - began)
    whole, cost = read(call, answer)
    return Answer(call, answer.status_code, whole, cost, time.monotonic() - began)


def read(call: Call, answer: httpx.Response) -> tuple[bool, float | None]:
    """Whether the answer is whole, and the cost that it tells."""
    if answer.status_code != 200:
        return False, None
    if call.model == "voice":
        return True, None
    if not call.stream:
        return True, answer.json()["usage"].get("cost")
    frames = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    told = [frame["usage"] for frame in frames if frame.get("usage")]
    return answer.text.endswith("data: [DONE]\n\n"), told[-1].get("cost") if told else None


async def leave(call: Call) -> Answer:
    """Read so many bytes of the answer, head included, then reset the connection."""
    began = time.monotonic()
    size = len(await read_bytes(call, call.leave or 0))
    return Answer(call, None, size < (call.leave or 0), None, time.monotonic() - began)


async def length(call: Call) -> int:
    """Bytes of a whole answer, head and chunks included."""
    return len(await read_bytes(call, None))


async def read_bytes(call: Call, most: int | None) -> bytes:
    """The first bytes of the answer, None for all, on a connection that is reset then."""
    body = json.dumps(call.body()).encode()
    host, _, port = call.url.removeprefix("http://").partition(":")
    head = (
        f"POST {call.path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {call.caller.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(head.encode() + body)
        await writer.drain()
        reading = reader.read() if most is None else reader.readexactly(most)
        return await asyncio.wait_for(reading, PATIENCE)
    except asyncio.IncompleteReadError as ended:
        return ended.partial
    finally:
        writer.transport.abort()
