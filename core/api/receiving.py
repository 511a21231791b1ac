"""A file on its way in: from a form or from base64 in JSON to the disk, never whole in memory."""

from __future__ import annotations

import asyncio
import binascii
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from django.conf import settings
from starlette.requests import Request

from core.api.incoming import Incoming
from core.api.reading import MIB, check_headers, is_json, read_bytes, too_large
from core.bodies.chat import ChatBody
from core.bodies.decoding import decode
from core.bodies.embedded import Found
from core.bodies.forms import Form
from core.bodies.inline import FILE as INLINE_FILE
from core.bodies.inline import InlineReader
from core.bodies.media import require
from core.bodies.multipart import FILE as FORM_FILE
from core.bodies.multipart import FormReader
from core.bodies.parts import canonical, embedded
from core.bodies.sounds import require_sound
from core.bodies.validation import validate
from core.contract.errors import (
    InvalidRequest,
    PolyphonyError,
    TooLarge,
    Unavailable,
    UpstreamError,
    WrongContentType,
)
from core.contract.requests import ChatRequest, Media, Modality, SoundFile
from core.operations.media import probe_file

SLICE = 256 * 1024
"""Bytes that are looked at in one go."""

INLINE = 16 * 1024
"""More bytes than these are looked at in a thread, so that others need not wait."""


class Received:
    """The fields of a request and its file; close it when the answer is over."""

    def __init__(self, fields: dict[str, Any], incoming: Incoming, param: str) -> None:
        self.fields = fields
        self.incoming = incoming
        self.param = param

    async def sound(self) -> SoundFile:
        """The file as the contract names it. Raises `InvalidRequest` where there is no sound in it."""
        incoming = self.incoming
        kind = require_sound(incoming.head, incoming.size, self.param)
        seconds = await measured(incoming.path, self.param)
        return SoundFile(incoming.path, f"audio.{kind.extension}", kind.media_type, incoming.size, seconds)

    def close(self) -> None:
        self.incoming.close()


async def measured(path: str, param: str) -> float | None:
    """How long a file of sound plays; None where nothing is here that could tell. Raises `InvalidRequest`
    naming `param` where there is no sound in it."""
    try:
        found = await probe_file(path)
    except Unavailable:
        return None
    except InvalidRequest as error:
        failure = InvalidRequest(error.message, param=param, code=error.provider_code)
    except UpstreamError:  # the worker died, of this file or of something else
        raise Unavailable("The file could not be looked at. Try again.", retry_after=1) from None
    else:
        if found.codec is not None and found.seconds != 0:
            return found.seconds
        failure = InvalidRequest("There is no sound in the file.", param=param, code="no_sound")
    raise failure


async def receive(request: Request, form: Form) -> Received:
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


async def from_form(request: Request, content_type: str, form: Form, incoming: Incoming) -> dict[str, Any]:
    reader = FormReader(content_type, incoming.write)
    await read_through(request, reader, incoming)
    reader.end()
    await incoming.flush(1)
    return form.values(reader.pairs)


async def from_json(request: Request, incoming: Incoming) -> dict[str, Any]:
    reader = InlineReader(incoming.write)
    await read_through(request, reader, incoming)
    fields = await asyncio.to_thread(reader.end)
    await incoming.flush(1)
    return fields


async def read_through(request: Request, reader: FormReader | InlineReader, incoming: Incoming) -> None:
    """Feed the whole body. A refusal is raised once the client has sent all: one that still sends would
    see a broken connection instead of an answer."""
    async with aclosing(slices(request)) as pieces:
        try:
            async for piece in pieces:
                if len(piece) > INLINE:
                    await asyncio.to_thread(reader.feed, piece)
                else:
                    reader.feed(piece)
                await incoming.flush()
        except PolyphonyError as error:
            failure = error
        else:
            return
        async for _ in pieces:
            pass
    raise failure


async def slices(request: Request) -> AsyncGenerator[bytes, None]:
    """The body in pieces of at most `SLICE` bytes, letting others run in between. Raises `TooLarge`."""
    cap, size = settings.MAX_UPLOAD_MB * MIB * 4 // 3 + MIB, 0
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


MOST_FILES = 64
IMAGE_MB = 20
MEASURED = (Modality.AUDIO, Modality.VIDEO)


class ChatReceived:
    """A request with its files; close it when the answer is over."""

    def __init__(self, body: ChatBody) -> None:
        self.body = body
        self.request: ChatRequest = body.request()
        self._files: list[Incoming] = []

    async def settle(self) -> None:
        """Take the files out of the messages. Raises from the error tree."""
        found = embedded(self.body.messages)
        if len(found) > MOST_FILES:
            raise TooLarge(f"The messages have {len(found)} files; at most {MOST_FILES} are taken.")
        media = {place.param: await self.take(place) for place in found}
        messages = canonical(self.body.messages, lambda place: media[place.param])
        self.request = self.body.request(messages)

    async def take(self, found: Found) -> Media:
        if found.upload:
            raise InvalidRequest(f"{found.param} is not known here: send the file.", param=found.param)
        incoming = Incoming(settings.MAX_UPLOAD_MB * MIB)
        self._files.append(incoming)
        await asyncio.to_thread(fill, incoming, found)
        await incoming.flush(1)
        return await described(incoming, found)

    def close(self) -> None:
        for incoming in self._files:
            incoming.close()


def fill(incoming: Incoming, found: Found) -> None:
    try:
        data = binascii.a2b_base64("".join(found.data.split()).encode("ascii"), strict_mode=True)
    except ValueError:
        failure = InvalidRequest(
            f"{found.param} is not valid base64.", param=found.param, code="invalid_base64"
        )
    else:
        incoming.write(data)
        return
    raise failure


async def described(incoming: Incoming, found: Found) -> Media:
    kind = require(incoming.head, incoming.size, found)
    limit = IMAGE_MB if found.modality is Modality.IMAGE else settings.MAX_UPLOAD_MB
    if incoming.size > limit * MIB:
        raise TooLarge(
            f"{found.param} has {incoming.size:,} bytes; at most {limit * MIB:,} are taken.",
            param=found.param,
        )
    seconds: float | None = None
    if found.modality in MEASURED and not kind.sample:
        seconds = await measured(incoming.path, found.param)
    return Media(
        modality=found.modality,
        path=incoming.path,
        media_type=kind.media_type,
        size=incoming.size,
        name=f"{found.modality}.{kind.extension}",
        format=kind.format,
        seconds=seconds,
    )


async def receive_chat(request: Request) -> ChatReceived:
    """The body of a chat request and its files. Raises from the error tree; nothing stays then."""
    check_headers(request)
    body = await read_bytes(request, settings.MAX_UPLOAD_MB * MIB * 4 // 3 + MIB)
    fields: dict[str, Any] = decode(body)
    received = ChatReceived(validate(ChatBody, fields))
    try:
        await received.settle()
    except BaseException:
        received.close()
        raise
    return received
