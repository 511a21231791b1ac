"""The vendor's audio in the format of the target: as it was sent, behind a WAV header, or encoded by us."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.events import AudioChunk, AudioStart, Event, SpeechWords, Unreadable
from core.media import client

PIECE = 64 * 1024

SpeechPiece = bytes | SpeechWords | Unreadable
"""Audio of the vendor, and the events between it."""


async def delivered(
    pieces: AsyncGenerator[SpeechPiece, None], sent: AudioFormat, audio: AudioFormat, shape: PcmShape
) -> AsyncGenerator[Event, None]:
    """`AudioStart`, then the audio in `audio`; `sent` is the format in which it arrives."""
    if audio in (sent, AudioFormat.WAV):
        source = streamed(pieces, audio, shape)
    else:
        source = encoded(pieces, audio, shape)
    async with aclosing(source) as events:
        async for event in events:
            yield event


async def streamed(
    pieces: AsyncGenerator[SpeechPiece, None], audio: AudioFormat, shape: PcmShape
) -> AsyncGenerator[Event, None]:
    """Each chunk as it arrives; samples become wav behind a header of unknown length."""
    begun = False
    async with aclosing(pieces):
        async for piece in pieces:
            if not isinstance(piece, bytes):
                yield piece
                continue
            if not begun:
                yield AudioStart(audio, shape.sample_rate, shape.channels)
                begun = True
                piece = wav_header(shape) + piece if audio is AudioFormat.WAV else piece
            yield AudioChunk(piece)


async def encoded(
    pieces: AsyncGenerator[SpeechPiece, None], audio: AudioFormat, shape: PcmShape
) -> AsyncGenerator[Event, None]:
    """Samples encoded by the media workers once all of them are here.

    Raises `Unavailable` where the encoder is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="speech-") as folder:
        source, target = Path(folder, "samples"), Path(folder, f"audio.{audio.extension}")
        async with aclosing(pieces):
            async for piece in pieces:
                if isinstance(piece, bytes):
                    await asyncio.to_thread(append, source, piece)
                else:
                    yield piece
        result = await client.encode(source, shape, target, audio)
        yield AudioStart(audio, shape.sample_rate, shape.channels, converted_from=AudioFormat.PCM)
        for at in range(0, result.size, PIECE):
            yield AudioChunk(await asyncio.to_thread(read_at, target, at))


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def read_at(path: Path, at: int) -> bytes:
    with path.open("rb") as file:
        file.seek(at)
        return file.read(PIECE)
