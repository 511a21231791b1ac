"""`POST responses`: chat in the format of OpenAI's Responses API, complete or as server-sent events."""

from __future__ import annotations

import time
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response

from core.api.chat import ChatEventResponder, ChatResponder
from core.api.files.chat_upload import receive_chat
from core.api.http.authentication import authenticate
from core.api.http.json_response import JSON, dumps
from core.api.http.streaming import ResponseStream
from core.bodies.responses.body import ResponsesBody
from core.bodies.responses.events import ResponseEventWriter
from core.bodies.responses.input import InputMessages
from core.bodies.responses.response import ResponseBuilder
from core.contract.errors import RequestError, Unsupported
from core.contract.events import Started
from core.gateway import Session


async def responses(request: Request) -> ChatResponder:
    """As `chat` does; an error in the messages names the item of the input that it is about."""
    caller = await authenticate(request)
    upload = await receive_chat(request, ResponsesBody)
    try:
        session = Session(caller, upload.request)
    except BaseException as error:
        upload.close()
        if isinstance(error, RequestError) and isinstance(upload.messages, InputMessages):
            error.param = upload.messages.input_path(error.param) if error.param else None
        raise
    return (ResponsesEventResponder if upload.request.streamed else ResponsesResponder)(session, upload)


async def stored_response(request: Request) -> Response:
    """Every operation on an earlier response."""
    raise Unsupported(
        "Responses are not kept here: none can be read, cancelled or deleted. Each answer is whole where it "
        "is asked for.",
        code="unsupported_operation",
    )


class ResponsesResponder(ChatResponder):
    """A response in one piece."""

    async def response(self) -> Response:
        response, started = new_response(self), None
        async with aclosing(self.session.events()) as events:
            async for event in events:
                response.note(event)
                started = event if type(event) is Started else started
        response.output.end()
        found = response.complete(self.usage() or {}, int(time.time()))
        return Response(dumps(found), headers=self.headers(JSON, started))


class ResponsesEventResponder(ChatEventResponder):
    """A response as server-sent events; a keep-alive before the first delta sends the opening events."""

    encoder: ResponseEventWriter

    def new_encoder(self) -> ResponseEventWriter:
        return ResponseEventWriter(new_response(self))

    async def start(self, stream: ResponseStream) -> None:
        await super().start(stream)
        if opening := self.encoder.opening():
            await stream.write(opening)


def new_response(responder: ChatResponder) -> ResponseBuilder:
    session = responder.session
    return ResponseBuilder(session.id, responder.created, session.route.model, responder.upload.body)
