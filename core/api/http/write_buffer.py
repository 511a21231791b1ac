"""Coalesced writes: frames that are available together are written together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

Write = Callable[[bytes], Awaitable[None]]


class WriteBuffer:
    """Joins the frames that are added before the event loop runs again into one `write`.

    The events of one network packet are handled without returning to the loop, so they are one write. While
    a write is under way nothing is added: a slow client slows the provider down.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._frames: list[bytes] = []
        self._task: asyncio.Task[None] | None = None

    def __bool__(self) -> bool:
        """Whether frames wait to be written."""
        return bool(self._frames)

    async def add(self, frame: bytes) -> None:
        """Queue `frame`. Raises what the previous write raised."""
        if not self._frames:
            await self._written()
            self._task = asyncio.create_task(self._write_all())
        self._frames.append(frame)

    async def flush(self, *last: bytes) -> None:
        """Write everything that was added, then `last`. Raises what a write raised."""
        self._frames += last
        await self._written()
        await self._write_all()

    def discard(self) -> None:
        """Forget what has not been written; a write that is under way ends."""
        self._frames.clear()
        if self._task is not None:
            self._task.cancel()

    async def _written(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            await task

    async def _write_all(self) -> None:
        frames, self._frames = self._frames, []
        if frames:
            await self._write(frames[0] if len(frames) == 1 else b"".join(frames))
