"""Bodies of calls that note when pieces of them, and the last byte, have been handed to the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from core.contract.route import Sending

PIECE = 64 * 1024
"""Bytes at most in one piece: the next one is asked for when the connection has taken nearly all of it."""


class SentPieces:
    """The pieces of a body, one after the other, large ones in parts."""

    def __init__(self, pieces: AsyncIterator[bytes], sending: Sending) -> None:
        self._pieces = pieces
        self._sending = sending
        self._rest = b""
        self._at = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self._sending.move()
        if self._at >= len(self._rest):
            try:
                self._rest, self._at = await anext(self._pieces), 0
            except StopAsyncIteration:
                self._sending.done()
                raise
        part = self._rest[self._at : self._at + PIECE]
        self._at += PIECE
        return part


class WholeBody(aiohttp.BytesPayload):
    """A body that is in memory."""

    def __init__(self, content: bytes, sending: Sending) -> None:
        # not the initializer of bytes, which warns of large ones because it would send them in one piece
        super(aiohttp.BytesPayload, self).__init__(content, content_type="application/octet-stream")
        self._size = len(content)
        self._sending = sending

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        if len(self._value) > PIECE:
            body = memoryview(self._value)[:content_length]
            for at in range(0, len(body), PIECE):
                await writer.write(body[at : at + PIECE])
                self._sending.move()
        else:
            await super().write_with_length(writer, content_length)
            self._sending.move()
        self._sending.done()
