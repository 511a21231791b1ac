"""A chat request with the files in its messages: from base64 in JSON to disk, never whole in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from django.conf import settings
from starlette.requests import Request

from core.access.body_quota import Hold, hold_body
from core.api.files.attachments import FILES_PER_REQUEST, Attachments
from core.api.files.body_stream import read_stream
from core.api.http.request_body import MIB, SHORT, check_headers, read_bytes
from core.bodies.chat.body import ChatBody
from core.bodies.files.base64_stream import InlineFileReader
from core.bodies.files.data_urls import DeferredFileLoader
from core.bodies.json_object import parse_json_object
from core.bodies.responses.body import ResponsesBody
from core.bodies.validation import validate
from core.contract.chat import ChatRequest

TEXT_MB = 16
"""How much a chat body may have beside its files."""

C = TypeVar("C", ChatBody, ResponsesBody)


class ChatUpload(Generic[C]):
    """A chat request and its files; `close` it when the response has ended.

    `messages` are those of the body in canonical form, as many as the request has.
    """

    def __init__(
        self,
        body: C,
        request: ChatRequest,
        messages: Sequence[dict[str, Any]],
        attachments: Attachments,
        hold: Hold,
    ) -> None:
        self.body = body
        self.request = request
        self.messages = messages
        self._attachments = attachments
        self._hold = hold

    def with_files(self, value: Any, most: int) -> Any:
        """A part of the body with the base64 of its files. Blocking; raises `TooLarge` above `most` bytes."""
        return self._attachments.embed(value, most)

    def close(self) -> None:
        self._attachments.close()
        self._hold.release()


async def receive_chat(
    request: Request, schema: type[C], prepare: Callable[[C], Awaitable[C]] | None = None
) -> ChatUpload[C]:
    """A chat request with its files on disk; `prepare` may change the body before its messages are read.

    Raises from the error tree; no file is left then.
    """
    check_headers(request)
    attachments = Attachments()
    try:
        body = validate(schema, await read_fields(request, attachments))
        if prepare is not None:
            body = await prepare(body)
        messages = await extract_files(body, attachments)
        chat_request = await attachments.restore(body.request(messages))
        return ChatUpload(body, chat_request, messages, attachments, hold_body(request.scope))
    except BaseException:
        attachments.close()
        raise


async def read_fields(request: Request, attachments: Attachments) -> dict[str, Any]:
    """The body's fields; in a long body placeholders stand for its long files."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) <= SHORT:
        return parse_json_object(await read_bytes(request, SHORT))
    reader = InlineFileReader(attachments.open)
    await read_stream(request, reader, attachments, chat_cap())
    attachments.broken = {mark for mark, file in reader.files.items() if file.broken}
    return await asyncio.to_thread(reader.end)


def chat_cap() -> int:
    """Most bytes of a chat body with its files in base64."""
    return FILES_PER_REQUEST * settings.MAX_UPLOAD_MB * MIB * 4 // 3 + TEXT_MB * MIB


async def extract_files(body: ChatBody | ResponsesBody, attachments: Attachments) -> Sequence[dict[str, Any]]:
    """The canonical messages with a `Media` for every file. A body without files needs one pass."""
    deferred = DeferredFileLoader()
    messages = body.load_messages(deferred)
    if deferred.files:
        media = await attachments.extract(deferred.files)
        messages = body.load_messages(lambda file: media[file.param])
    return messages
