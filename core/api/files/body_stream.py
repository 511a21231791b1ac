"""Feeding a request body to a parser while it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from starlette.requests import Request

from core.api.http.request_body import check_length, too_large
from core.contract.errors import PolyphonyError

BLOCK = 1024 * 1024
"""Bytes that are parsed in one go, in a thread: going there and back takes as long as parsing 20 KB."""

SLICE = 256 * 1024
"""Most bytes that the parser gets at once: other threads can run in between."""

INLINE = 16 * 1024
"""Bytes; fewer are parsed at once, without a thread."""


class BodyReader(Protocol):
    """A parser of the body."""

    def feed(self, data: bytes) -> None: ...


class FileStore(Protocol):
    """Where the parser puts the files it finds."""

    def save(self) -> None:
        """Write to disk what the parser has found, blocking."""
        ...


async def read_stream(request: Request, reader: BodyReader, store: FileStore, cap: int) -> None:
    """Feed the whole body of at most `cap` bytes to `reader`, saving `store` in between.

    An error of the reader is raised once the client has sent everything: a client that is still sending
    would see a broken connection instead of the response.
    """
    async with aclosing(blocks(request, cap)) as body:
        try:
            async for block in body:
                if len(block) == 1 and len(block[0]) <= INLINE:
                    reader.feed(block[0])
                else:
                    await asyncio.to_thread(parse, block, reader, store)
        except PolyphonyError as error:
            failure = error
        else:
            return
        async for _ in body:
            pass
    raise failure


def parse(block: list[bytes], reader: BodyReader, store: FileStore) -> None:
    for piece in block:
        for start in range(0, len(piece), SLICE):
            reader.feed(piece[start : start + SLICE] if len(piece) > SLICE else piece)
    store.save()


async def blocks(request: Request, cap: int) -> AsyncGenerator[list[bytes], None]:
    """The body in blocks of at least `BLOCK` bytes but for the last; each is a list of what was received.

    Raises `TooLarge`.
    """
    size, held = 0, 0
    block: list[bytes] = []
    check_length(request, cap)
    async for received in request.stream():
        size += len(received)
        if size > cap:
            raise too_large(cap)
        block.append(received)
        held += len(received)
        if held >= BLOCK:
            yield block
            block, held = [], 0
    if held:
        yield block
