"""A file on its way in: from a form or from base64 in JSON to the disk, never whole in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, Generic, Protocol, TypeVar

from django.conf import settings
from starlette.requests import Request

from core.api.files.attachments import FILES_OF_A_REQUEST, Attachments
from core.api.files.audio_duration import heard
from core.api.files.temporary_files import Incoming
from core.api.http.request import INLINE as SHORT
from core.api.http.request import MIB, check_headers, is_json, read_bytes, too_large
from core.bodies.chat.body import ChatBody
from core.bodies.files.audio import require_audio
from core.bodies.files.audio_reader import FILE as INLINE_FILE
from core.bodies.files.audio_reader import AudioReader
from core.bodies.files.base64_stream import InlineFileReader
from core.bodies.files.data_urls import DeferredFileLoader
from core.bodies.files.multipart import FILE as FORM_FILE
from core.bodies.files.multipart import FormReader
from core.bodies.form_fields import FormFields
from core.bodies.json_object import parse_json_object
from core.bodies.responses.body import ResponsesBody
from core.bodies.validation import validate
from core.contract.chat import ChatRequest
from core.contract.errors import PolyphonyError, WrongContentType
from core.contract.transcription import AudioFile

SLICE = 256 * 1024
"""Bytes that are looked at in one go."""

INLINE = 16 * 1024
"""More bytes than these are looked at in a thread, so that others need not wait."""

WORDS_MB = 16
"""What a conversation may have beside its files."""


C = TypeVar("C", ChatBody, ResponsesBody)


class Received:
    """The fields of a request and its file; close it when the answer is over."""

    def __init__(self, fields: dict[str, Any], incoming: Incoming, param: str) -> None:
        self.fields = fields
        self.incoming = incoming
        self.param = param

    async def sound(self) -> AudioFile:
        """The file as the contract names it. Raises `InvalidRequest` where there is no sound in it."""
        incoming = self.incoming
        kind = require_audio(incoming.head, incoming.size, self.param)
        seconds = await heard(incoming.path, self.param)
        return AudioFile(incoming.path, f"audio.{kind.extension}", kind.media_type, incoming.size, seconds)

    def close(self) -> None:
        self.incoming.close()


async def receive(request: Request, form: FormFields) -> Received:
    """Fields and file of a request with either encoding. Raises from the error tree; nothing stays then."""
    content_type = request.headers.get("content-type", "")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongContentType("Send the body without Content-Encoding.")
    by_form = content_type.partition(";")[0].strip().lower() == "multipart/form-data"
    if not by_form and not is_json(content_type):
        raise WrongContentType("Send the body as multipart/form-data or application/json.")
    incoming = Incoming(settings.MAX_UPLOAD_MB * MIB)
    try:
        if by_form:
            return Received(await from_form(request, content_type, form, incoming), incoming, FORM_FILE)
        return Received(await from_json(request, incoming), incoming, INLINE_FILE)
    except BaseException:
        incoming.close()
        raise


async def from_form(
    request: Request, content_type: str, form: FormFields, incoming: Incoming
) -> dict[str, Any]:
    reader = FormReader(content_type, incoming.write)
    await read_through(request, reader, incoming, file_cap())
    reader.end()
    await incoming.flush(1)
    return form.parse(reader.pairs)


async def from_json(request: Request, incoming: Incoming) -> dict[str, Any]:
    reader = AudioReader(incoming.write)
    await read_through(request, reader, incoming, file_cap())
    fields = await asyncio.to_thread(reader.end)
    await incoming.flush(1)
    return fields


def file_cap() -> int:
    """Bytes of a body with one file in it."""
    return settings.MAX_UPLOAD_MB * MIB * 4 // 3 + MIB


def chat_cap() -> int:
    """Bytes of a body with a conversation and its files."""
    return FILES_OF_A_REQUEST * settings.MAX_UPLOAD_MB * MIB * 4 // 3 + WORDS_MB * MIB


class Reader(Protocol):
    def feed(self, data: bytes) -> None: ...


class Store(Protocol):
    async def flush(self) -> None: ...


async def read_through(request: Request, reader: Reader, store: Store, cap: int) -> None:
    """Feed the whole body. A refusal is raised once the client has sent all: one that still sends would
    see a broken connection instead of an answer."""
    async with aclosing(slices(request, cap)) as pieces:
        try:
            async for piece in pieces:
                if len(piece) > INLINE:
                    await asyncio.to_thread(reader.feed, piece)
                else:
                    reader.feed(piece)
                await store.flush()
        except PolyphonyError as error:
            failure = error
        else:
            return
        async for _ in pieces:
            pass
    raise failure


async def slices(request: Request, cap: int) -> AsyncGenerator[bytes, None]:
    """The body in pieces of at most `SLICE` bytes, letting others run in between. Raises `TooLarge`."""
    size = 0
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > cap:
        raise too_large(cap)
    async for arrived in request.stream():
        size += len(arrived)
        if size > cap:
            raise too_large(cap)
        for at in range(0, len(arrived), SLICE):
            yield arrived[at : at + SLICE] if len(arrived) > SLICE else arrived
            await asyncio.sleep(0)


class ChatReceived(Generic[C]):
    """A conversation and its files; close it when the answer is over.

    `messages` are what the body made of them, of the same length as those of the request.
    """

    def __init__(
        self, body: C, request: ChatRequest, messages: Sequence[dict[str, Any]], attachments: Attachments
    ) -> None:
        self.body = body
        self.request = request
        self.messages = messages
        self._attachments = attachments

    def close(self) -> None:
        self._attachments.close()


async def receive_chat(request: Request) -> ChatReceived[ChatBody]:
    """A chat request, its files on disk. Raises from the error tree; nothing stays then."""
    return await receive_conversation(request, ChatBody)


async def receive_conversation(request: Request, shape: type[C]) -> ChatReceived[C]:
    """As `receive_chat`, in the words of `shape`."""
    check_headers(request)
    attachments = Attachments()
    try:
        body = validate(shape, await chat_fields(request, attachments))
        messages = await settled(body, attachments)
        asked = await attachments.put_back(body.request(messages))
        return ChatReceived(body, asked, messages, attachments)
    except BaseException:
        attachments.close()
        raise


async def chat_fields(request: Request, attachments: Attachments) -> dict[str, Any]:
    """The body's fields; in a long one marks stand for its long files."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) <= SHORT:
        return parse_json_object(await read_bytes(request, SHORT))
    reader = InlineFileReader(attachments.opened)
    await read_through(request, reader, attachments, chat_cap())
    attachments.broken = {mark for mark, file in reader.files.items() if file.broken}
    return await asyncio.to_thread(reader.end)


async def settled(body: ChatBody | ResponsesBody, attachments: Attachments) -> Sequence[dict[str, Any]]:
    """The messages, every file taken out of them. A body of text alone is done at once."""
    deferred = DeferredFileLoader()
    messages = body.load_messages(deferred)
    if deferred.files:
        taken = await attachments.take(deferred.files)
        messages = body.load_messages(lambda found: taken[found.param])
    return messages
