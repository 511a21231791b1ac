"""Samples as a file of another format, by the media workers."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

from core.contract.audio import AudioFormat, PcmShape
from core.contract.events import AudioChunk, AudioStart, Event
from core.media import client

PIECE = 64 * 1024


async def encoded(
    form: AudioFormat, shape: PcmShape, head: bytes, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[Event, None]:
    """The events of `head` and `pieces` in `form`, once all of them are there.

    Raises `Unavailable` with the install command where the encoder is missing.
    """
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="polyphony-")
    try:
        source, target = Path(folder.name, "samples"), Path(folder.name, f"sound.{form.extension}")
        await asyncio.to_thread(source.write_bytes, head)
        async for data in pieces:
            await asyncio.to_thread(append, source, data)
        await client.encode(source, shape, target, form)
        yield AudioStart(form, shape.sample_rate, shape.channels)
        content = await asyncio.to_thread(target.read_bytes)
        for at in range(0, len(content), PIECE):
            yield AudioChunk(content[at : at + PIECE])
    finally:
        await asyncio.shield(asyncio.to_thread(folder.cleanup))


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
