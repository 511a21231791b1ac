"""A file on its way in: from a form or from base64 in JSON to the disk, never whole in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from starlette.requests import Request

from core.api.reading import MIB, is_json, too_large
from core.bodies.forms import Form
from core.bodies.inline import FILE as INLINE_FILE
from core.bodies.inline import InlineReader
from core.bodies.multipart import FILE as FORM_FILE
from core.bodies.multipart import FormReader
from core.bodies.sounds import HEAD, require_sound
from core.contract.errors import (
    InvalidRequest,
    PolyphonyError,
    TooLarge,
    Unavailable,
    UpstreamError,
    WrongContentType,
)
from core.contract.requests import SoundFile
from core.operations.media import probe_file

SLICE = 256 * 1024
"""Bytes that are looked at in one go."""

INLINE = 16 * 1024
"""More bytes than these are looked at in a thread, so that others need not wait."""

FORGOTTEN = 24 * 3600.0
"""Seconds after which a file can only have been left by a process that died."""


class Incoming:
    """A file of at most `cap` bytes that exists until `close`; its first bytes are kept to tell its kind."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.size = 0
        self.head = b""
        self._pending: list[bytes] = []
        self._waiting = 0
        self._file = opened()

    @property
    def path(self) -> str:
        return self._file.name

    def write(self, data: bytes) -> None:
        """Take bytes, to be written by the next `flush`. Raises `TooLarge`."""
        self.size += len(data)
        if self.size > self.cap:
            raise TooLarge(f"The file is larger than {self.cap:,} bytes.", param="file")
        if len(self.head) < HEAD:
            self.head = (self.head + data[:HEAD])[:HEAD]
        self._pending.append(data)
        self._waiting += len(data)

    async def flush(self, least: int = MIB) -> None:
        """Write in a thread what waits, if it is `least` bytes. Raises `Unavailable` on a full disk."""
        if self._waiting < least:
            return
        data, self._pending, self._waiting = b"".join(self._pending), [], 0
        try:
            await asyncio.to_thread(self._file.write, data)
            return
        except OSError:
            failure = no_room()
        raise failure

    def close(self) -> None:
        self._file.close()


def opened() -> Any:
    """A file that goes when it is closed; unbuffered, because others open it by its path.

    Raises `Unavailable` where none can be made.
    """
    try:
        return NamedTemporaryFile(dir=folder(), buffering=0)
    except OSError:
        failure = no_room()
    raise failure


def folder() -> Path:
    """Beside the media: `/tmp` may be memory. Made when it is missing."""
    path = Path(settings.MEDIA_ROOT) / "incoming"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(path)
    return path


@cache
def sweep(path: Path) -> None:
    """Once in a process: delete what another one left that died."""
    for old in path.iterdir():
        if old.stat().st_mtime < time.time() - FORGOTTEN:
            old.unlink(missing_ok=True)


def no_room() -> Unavailable:
    return Unavailable("There is no room to take the file.", code="storage_full", retry_after=30)


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
        seconds = await self.measured()
        return SoundFile(incoming.path, f"audio.{kind.extension}", kind.media_type, incoming.size, seconds)

    async def measured(self) -> float | None:
        """How long it plays; None where nothing is here that could tell."""
        try:
            found = await probe_file(self.incoming.path)
        except Unavailable:
            return None
        except InvalidRequest as error:
            failure = InvalidRequest(error.message, param=self.param, code=error.provider_code)
        except UpstreamError:  # the worker died, of this file or of something else
            raise Unavailable("The file could not be looked at. Try again.", retry_after=1) from None
        else:
            if found.codec is not None and found.seconds != 0:
                return found.seconds
            failure = InvalidRequest("There is no sound in the file.", param=self.param, code="no_sound")
        raise failure

    def close(self) -> None:
        self.incoming.close()


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
