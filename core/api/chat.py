"""`POST chat/completions`: a chat completion, complete or as server-sent events."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response

from core.api.files.chat_upload import ChatUpload, receive_chat
from core.api.http.answer_cache import cache_headers, cache_terms
from core.api.http.authentication import authenticate
from core.api.http.json_response import JSON, dumps
from core.api.http.middleware import Scope, Send
from core.api.http.responders import CompleteResponder, StreamingResponder
from core.api.http.streaming import EVENT_STREAM, ResponseStream, generation_headers
from core.api.http.write_buffer import WriteBuffer
from core.background import state
from core.bodies.chat.body import ChatBody
from core.bodies.chat.chunks import ChunkWriter
from core.bodies.chat.completion import render_completion
from core.bodies.chat.usage import chat_usage
from core.contract.errors import Interrupted, PolyphonyError
from core.contract.events import Event, Started
from core.gateway import Session, collect, open_session
from core.ledger.cost_split import cost_details

log = logging.getLogger("polyphony.api")


async def chat(request: Request) -> ChatResponder:
    """Receive the messages and their files, admit and route; nothing is sent yet, so that an error can still
    have its status."""
    caller = await authenticate(request)
    upload = await receive_chat(request, ChatBody)
    try:
        terms = cache_terms(request, upload.body.cache)
        session = await open_session(caller, upload.request, terms)
    except BaseException:
        upload.close()
        raise
    return (ChatEventResponder if upload.request.streamed else ChatResponder)(session, upload)


class ChatResponder(CompleteResponder):
    """A chat completion in one piece."""

    def __init__(self, session: Session, upload: ChatUpload) -> None:
        super().__init__(session, upload)
        self.upload = upload
        self.created = int(time.time())

    async def response(self) -> Response:
        answer = await collect(self.session)
        details = cost_details(self.session.record.attempts)
        completion = render_completion(answer.content, answer.receipt, self.created, details)
        return Response(dumps(completion), headers=self.headers(JSON, answer.started))

    def headers(self, media_type: str, started: Started | None) -> Mapping[str, str]:
        cost = self.session.receipt.cost if self.session.receipt else None
        headers = generation_headers(media_type, self.session.id, self.session.route, started, cost)
        return headers | cache_headers(self.session)

    def usage(self) -> dict[str, Any] | None:
        """The `usage` object; None where the request has not been settled."""
        receipt = self.session.receipt
        return chat_usage(receipt, cost_details(self.session.record.attempts)) if receipt else None


class EventEncoder(Protocol):
    """Renders the events of one response as server-sent events."""

    def frame(self, event: Event) -> bytes: ...

    def answered_by(self, model: str) -> None: ...

    def end(self, usage: Mapping[str, Any]) -> bytes: ...

    def failure(self, error: Mapping[str, Any], usage: Mapping[str, Any] | None) -> bytes: ...


class ChatEventResponder(StreamingResponder, ChatResponder):
    """A chat completion as server-sent events; a failure after the first of them is an event too."""

    def __init__(self, session: Session, upload: ChatUpload) -> None:
        super().__init__(session, upload)
        self.encoder = self.new_encoder()
        self.started: Started | None = None

    def new_encoder(self) -> EventEncoder:
        options = self.upload.body.stream_options or {}
        usage = bool(options.get("include_usage"))
        return ChunkWriter(self.session.id, self.created, self.session.route.model, usage=usage)

    async def stream(self, scope: Scope, send: Send) -> None:
        stream = ResponseStream(send)
        stream.keep_alive(lambda: self.start(stream))
        buffer = WriteBuffer(partial(self.write, stream))
        try:
            await self.relay(buffer)
            await buffer.flush(await self.last_frames())
        except PolyphonyError as error:
            if not (stream.started or buffer):
                raise
            log.warning("chat %s was cut: %s", self.session.id, error.provider_code)
            await buffer.flush(self.failure(error))
        except asyncio.CancelledError:
            if state.draining and (stream.started or buffer):
                await buffer.flush(self.failure(Interrupted("The server was stopped.")))
                await stream.end()
            raise
        finally:
            stream.stop_keep_alive()
            buffer.discard()
        await stream.end()

    async def start(self, stream: ResponseStream) -> None:
        if not stream.started:
            await stream.start(self.headers(EVENT_STREAM, self.started))

    async def relay(self, buffer: WriteBuffer) -> None:
        """Write the events as they come."""
        frame = self.encoder.frame
        async with aclosing(self.session.events()) as events:
            async for event in events:
                if frames := frame(event):
                    await buffer.add(frames)
                elif type(event) is Started:
                    self.started = event
                    self.encoder.answered_by(self.session.route.model)

    async def write(self, stream: ResponseStream, frames: bytes) -> None:
        await self.start(stream)
        await stream.write(frames)

    async def last_frames(self) -> bytes:
        """The end of a whole response."""
        return self.encoder.end(self.usage() or {})

    def failure(self, error: PolyphonyError) -> bytes:
        """The last frames of a response that broke off."""
        self.add_facts(error)
        return self.encoder.failure(error.envelope(), self.usage())
