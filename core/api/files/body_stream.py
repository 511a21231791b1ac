"""Feeding a request body to a parser while it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from starlette.requests import Request

from core.api.http.request_body import check_length, too_large
from core.contract.errors import PolyphonyError

SLICE = 256 * 1024
"""Most bytes that are parsed at once."""

INLINE = 16 * 1024
"""Bytes; larger slices are parsed in a thread, so that they do not block the event loop."""


class BodyReader(Protocol):
    """A parser of the body."""

    def feed(self, data: bytes) -> None: ...


class FileStore(Protocol):
    """Where the parser puts the files it finds."""

    async def flush(self) -> None: ...


async def read_stream(request: Request, reader: BodyReader, store: FileStore, cap: int) -> None:
    """Feed the whole body of at most `cap` bytes to `reader`, flushing `store` in between.

    An error of the reader is raised once the client has sent everything: a client that is still sending
    would see a broken connection instead of the response.
    """
    async with aclosing(slices(request, cap)) as body:
        try:
            async for data in body:
                if len(data) > INLINE:
                    await asyncio.to_thread(reader.feed, data)
                else:
                    reader.feed(data)
                await store.flush()
        except PolyphonyError as error:
            failure = error
        else:
            return
        async for _ in body:
            pass
    raise failure


async def slices(request: Request, cap: int) -> AsyncGenerator[bytes, None]:
    """The body in slices of at most `SLICE` bytes; other tasks run in between. Raises `TooLarge`."""
    size = 0
    check_length(request, cap)
    async for received in request.stream():
        size += len(received)
        if size > cap:
            raise too_large(cap)
        for start in range(0, len(received), SLICE):
            yield received[start : start + SLICE] if len(received) > SLICE else received
            await asyncio.sleep(0)
