"""Bodies of calls that note when their last byte has been handed to the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from core.contract.route import Sending


class SentPieces:
    """The pieces of a body, one after the other."""

    def __init__(self, pieces: AsyncIterator[bytes], sending: Sending) -> None:
        self._pieces = pieces
        self._sending = sending

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._pieces)
        except StopAsyncIteration:
            self._sending.done()
            raise


class WholeBody(aiohttp.BytesPayload):
    """A body that is sent in one piece."""

    def __init__(self, content: bytes, sending: Sending) -> None:
        super().__init__(content)
        self._sending = sending

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await super().write_with_length(writer, content_length)
        self._sending.done()
