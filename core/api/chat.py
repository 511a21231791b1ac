"""`POST chat/completions`: a conversation goes on, whole or delta by delta."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response

from core.api.files.uploads import ChatReceived, receive_chat
from core.api.http.json_response import JSON, dumps
from core.api.http.middleware import Later, Scope, Send
from core.api.http.request import caller
from core.api.http.responders import Live, Whole
from core.api.http.streaming import Stream, answer_headers
from core.api.http.write_buffer import gather
from core.background import state
from core.bodies.chat.chunks import ChunkWriter
from core.bodies.chat.completion import chat_usage, render_completion
from core.contract.errors import Interrupted, PolyphonyError
from core.contract.events import Event, Started
from core.gateway import Session, collect
from core.ledger.cost_split import cost_details

log = logging.getLogger("polyphony.api")

EVENT_STREAM = "text/event-stream; charset=utf-8"


async def chat(request: Request) -> Later:
    """Take the conversation and its files, admit and route; nothing is sent yet, so that a refusal can
    still have its status."""
    who = await caller(request)
    received = await receive_chat(request)
    try:
        session = Session(who, received.request)
    except BaseException:
        received.close()
        raise
    return Later((ChunkAnswer if received.request.streamed else CompletionAnswer)(session, received))


class CompletionAnswer(Whole):
    """An answer in one piece."""

    def __init__(self, session: Session, received: ChatReceived) -> None:
        super().__init__(session, received)
        self.received = received
        self.created = int(time.time())

    async def made(self) -> Response:
        answer = await collect(self.session)
        details = cost_details(self.session.record.attempts)
        found = render_completion(answer.content, answer.receipt, self.created, details)
        headers = self.headers_of(JSON, answer.started)
        return Response(dumps(found), headers=headers)

    def headers_of(self, media_type: str, began: Started | None) -> Mapping[str, str]:
        headers = answer_headers(media_type, self.session.id, self.session.route.model, began)
        cost = self.session.receipt.cost if self.session.receipt else None
        return headers if cost is None else {**headers, "X-Polyphony-Cost": format(cost.normalize(), "f")}

    def usage(self) -> dict[str, Any] | None:
        """What it came to; None where nothing was asked of a provider."""
        receipt = self.session.receipt
        return chat_usage(receipt, cost_details(self.session.record.attempts)) if receipt else None


class Frames(Protocol):
    """Writes the events of one answer as server-sent events."""

    def frame(self, event: Event) -> bytes: ...

    def end(self, usage: Mapping[str, Any]) -> bytes: ...

    def failure(self, error: Mapping[str, Any], usage: Mapping[str, Any] | None) -> bytes: ...


class ChunkAnswer(Live, CompletionAnswer):
    """An answer as server-sent events; a failure after the first of them is an event too."""

    def __init__(self, session: Session, received: ChatReceived) -> None:
        super().__init__(session, received)
        self.chunks = self.frames()
        self.began: Started | None = None
        self.gathered: list[bytes] = []

    def frames(self) -> Frames:
        asked = self.received.body.stream_options or {}
        usage = bool(asked.get("include_usage"))
        return ChunkWriter(self.session.id, self.created, self.session.route.model, usage=usage)

    async def answer(self, scope: Scope, send: Send) -> None:
        stream = Stream(send, scope)
        stream.beat(lambda: self.start(stream))
        try:
            await self.relay(stream)
            await self.close(stream, self.chunks.end(self.usage() or {}))
        except PolyphonyError as error:
            if not (stream.started or self.gathered):
                raise
            self.name(error)
            log.warning("chat %s was cut: %s", self.session.id, error.provider_code)
            await self.close(stream, self.chunks.failure(error.envelope(), self.usage()))
        except asyncio.CancelledError:
            if state.draining and (stream.started or self.gathered):
                stopped = Interrupted("The server was stopped.")
                self.name(stopped)
                await self.close(stream, self.chunks.failure(stopped.envelope(), self.usage()))
            raise
        finally:
            stream.hush()

    async def start(self, stream: Stream) -> None:
        if not stream.started:
            await stream.start(self.headers_of(EVENT_STREAM, self.began))

    async def relay(self, stream: Stream) -> None:
        """Deltas that come together are written together, as soon as there is nothing more to wait for."""
        frame, gathered = self.chunks.frame, self.gathered

        def write() -> Awaitable[None] | None:
            if not gathered:
                return None
            if not stream.started:
                return self.write(stream)
            data = gathered[0] if len(gathered) == 1 else b"".join(gathered)
            gathered.clear()
            return stream.write(data)

        def take(event: Event) -> None:
            if frames := frame(event):
                gathered.append(frames)
            elif type(event) is Started:
                self.began = event

        async with aclosing(self.session.events()) as events:
            await gather(events, take, write)

    async def write(self, stream: Stream, *last: bytes) -> None:
        """Write what was gathered, then `last`."""
        data = b"".join((*self.gathered, *last))
        self.gathered.clear()
        if not stream.started:
            await self.start(stream)
        await stream.write(data)

    async def close(self, stream: Stream, frames: bytes) -> None:
        await self.write(stream, frames)
        await stream.end()
