"""`POST responses`: a conversation goes on in the words of OpenAI's newer API, whole or as events."""

from __future__ import annotations

import time
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response

from core.api.chat import ChunkAnswer, CompletionAnswer
from core.api.files.uploads import receive_conversation
from core.api.http.json_response import JSON, dumps
from core.api.http.middleware import Later
from core.api.http.request import caller
from core.api.http.streaming import Stream
from core.bodies.responses.body import ResponsesBody
from core.bodies.responses.events import ResponseEventWriter
from core.bodies.responses.input import InputMessages
from core.bodies.responses.response import ResponseBuilder
from core.contract.errors import RequestError, Unsupported
from core.contract.events import Started
from core.gateway import Session


async def responses(request: Request) -> Later:
    """As `chat` does; what is refused of the messages is named by its place in the input."""
    who = await caller(request)
    received = await receive_conversation(request, ResponsesBody)
    try:
        session = Session(who, received.request)
    except BaseException as error:
        received.close()
        if isinstance(error, RequestError) and isinstance(received.messages, InputMessages):
            error.param = received.messages.input_path(error.param) if error.param else None
        raise
    return Later((EventAnswer if received.request.streamed else ResponseAnswer)(session, received))


async def unkept(request: Request) -> Response:
    """Whatever is asked of an earlier response."""
    raise Unsupported(
        "Responses are not kept here: none can be read, cancelled or deleted. Each answer is whole where it "
        "is asked for.",
        code="unsupported_operation",
    )


class ResponseAnswer(CompletionAnswer):
    """A response in one piece."""

    async def made(self) -> Response:
        response, began = begun(self), None
        async with aclosing(self.session.events()) as events:
            async for event in events:
                response.note(event)
                began = event if type(event) is Started else began
        response.output.end()
        found = response.complete(self.usage() or {}, int(time.time()))
        return Response(dumps(found), headers=self.headers_of(JSON, began))


class EventAnswer(ChunkAnswer):
    """A response as server-sent events; where the first words are late, what begins it goes out alone."""

    chunks: ResponseEventWriter

    def frames(self) -> ResponseEventWriter:
        return ResponseEventWriter(begun(self))

    async def start(self, stream: Stream) -> None:
        await super().start(stream)
        if opening := self.chunks.opening():
            await stream.write(opening)


def begun(answer: CompletionAnswer) -> ResponseBuilder:
    return ResponseBuilder(
        answer.session.id, answer.created, answer.session.route.model, answer.received.body
    )
