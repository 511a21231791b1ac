"""`POST responses`: chat in the format of OpenAI's Responses API, complete or as server-sent events.

A response is stored for its user's next requests when it is whole, before its end is sent; nothing waits for
that at its beginning.
"""

from __future__ import annotations

import logging
import time
from contextlib import aclosing
from functools import partial
from typing import Any

import orjson
from django.db import DatabaseError
from starlette.requests import Request
from starlette.responses import Response

from core import stored_responses
from core.api.chat import ChatEventResponder, ChatResponder
from core.api.files.chat_upload import ChatUpload, receive_chat
from core.api.http.answer_cache import cache_terms
from core.api.http.authentication import authenticate
from core.api.http.json_response import JSON, dumps, json_response
from core.api.http.streaming import ResponseStream
from core.bodies.responses.body import ResponsesBody
from core.bodies.responses.events import ResponseEventWriter
from core.bodies.responses.input import InputMessages
from core.bodies.responses.response import ResponseBuilder
from core.contract.chat import Modality
from core.contract.errors import RequestError, TooLarge, Unsupported
from core.contract.events import Started
from core.contract.requests import Caller
from core.gateway import open_session
from core.models.offload import offload

log = logging.getLogger("polyphony.api")


async def responses(request: Request) -> ChatResponder:
    """As `chat` does; an error in the messages names the item of the input that it is about."""
    caller = await authenticate(request)
    upload = await receive_chat(request, ResponsesBody, partial(recall, caller))
    try:
        terms = cache_terms(request, upload.body.cache)
        session = await open_session(caller, upload.request, terms)
    except BaseException as error:
        upload.close()
        if isinstance(error, RequestError) and error.param:
            error.param = input_path(error.param, upload)
        raise
    return (ResponsesEventResponder if upload.request.streamed else ResponsesResponder)(session, upload)


def input_path(param: str, upload: ChatUpload[ResponsesBody]) -> str | None:
    """The place in the body of what stands at `param` of the chat request."""
    if (
        param == "modalities"
        and upload.body.image_tool
        and Modality.IMAGE not in (upload.body.modalities or ())
    ):
        return f"{upload.body.image_tool}.type"
    return upload.messages.input_path(param) if isinstance(upload.messages, InputMessages) else param


async def recall(caller: Caller, body: ResponsesBody) -> ResponsesBody:
    """The body with what it refers to. Raises `NotFound` for what is not stored, or is another user's."""
    previous, references = body.previous_response_id, body.references
    if previous is None and not references:
        return body
    context = await offload(stored_responses.conversation, caller.user_id, previous) if previous else []
    items = await offload(stored_responses.output_items, caller.user_id, references) if references else {}
    return body.resolved(context, items)


async def stored_response(request: Request) -> Response:
    """A stored response."""
    caller = await authenticate(request)
    return json_response(
        await offload(stored_responses.find, caller.user_id, request.path_params["response_id"])
    )


async def delete_response(request: Request) -> Response:
    """Forget a stored response."""
    caller, id = await authenticate(request), request.path_params["response_id"]
    await offload(stored_responses.delete, caller.user_id, id)
    return json_response({"id": id, "object": "response", "deleted": True})


async def other_operation(request: Request) -> Response:
    """Every other operation on an earlier response."""
    raise Unsupported(
        "A stored response can be read and deleted, nothing else: an answer is whole where it is asked for.",
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
        response.answered_by(self.session.route.model)
        found = response.complete(self.usage() or {}, int(time.time()))
        await store(self, found)
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

    async def last_frames(self) -> bytes:
        frames, response = self.encoder.finish(self.usage() or {})
        await store(self, response)
        return frames + self.encoder.completed(response)


def new_response(responder: ChatResponder) -> ResponseBuilder:
    session = responder.session
    return ResponseBuilder(session.id, responder.created, session.route.model, responder.upload.body)


async def store(responder: ChatResponder, response: dict[str, Any]) -> None:
    """Store a response unless its client said no, and say in it whether it was stored."""
    if responder.upload.body.store is False or not stored_responses.keeps():
        return
    response["store"] = True
    try:
        response["store"] = await offload(save, responder, response)
    except (DatabaseError, OSError) as error:
        log.warning("response %s was not stored: %s", response["id"], type(error).__name__)
        response["store"] = False


def save(responder: ChatResponder, response: dict[str, Any]) -> bool:
    upload = responder.upload
    try:
        items = upload.with_files(upload.body.items, stored_responses.LARGEST)
    except TooLarge:
        return False
    # as it is sent: what only our JSON encoder knows, such as Decimal, is a number from here on
    return stored_responses.save(responder.session.grant.caller.user_id, orjson.loads(dumps(response)), items)
