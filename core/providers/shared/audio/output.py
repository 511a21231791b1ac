"""The audio of an answer in a format that its provider does not make, encoded as it arrives.

A provider that makes pcm or wav can so be asked for any format. `Used` passes unchanged: what it counts is
billed.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from pathlib import Path

from core.contract.audio import AudioFormat, PcmShape, wav_header
from core.contract.events import AudioChunk, AudioStart, Event, Used
from core.media import client
from core.media.pool.job import Message
from core.media.pool.running_job import RunningJob
from core.providers.shared.audio.samples import SampleReader


async def encoded(events: AsyncGenerator[Event, None], form: AudioFormat) -> AsyncGenerator[Event, None]:
    """`events` with their audio, pcm or wav, in `form`; all others pass unchanged and in order.

    Raises what `events` raises, `Unavailable` where the encoder is not installed.
    """
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="polyphony-")
    encoder: StreamEncoder | None = None
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AudioStart):
                    encoder = StreamEncoder(event, form, Path(folder.name, "samples"))
                elif isinstance(event, AudioChunk) and encoder is not None:
                    for piece in await encoder.add(event.data):
                        yield piece
                else:
                    if isinstance(event, Used) and encoder is not None:
                        async with aclosing(encoder.end()) as rest:
                            async for piece in rest:
                                yield piece
                    yield event
    finally:
        if encoder is not None:
            encoder.close()
        await asyncio.shield(asyncio.to_thread(folder.cleanup))


class StreamEncoder:
    """Encodes samples while they arrive: what is ready comes out with the next ones, the rest at the end."""

    def __init__(self, start: AudioStart, form: AudioFormat, path: Path) -> None:
        self._start = start
        self._form = form
        self._path = path
        self._reader = SampleReader(start)
        self._job: RunningJob | None = None
        self._size = 0

    async def add(self, data: bytes) -> list[Event]:
        """Take more of the provider's audio; the events that are ready."""
        if not (samples := self._reader.read(data)):
            return []
        if self._is_plain:
            return list(self._plain_events(samples))
        await asyncio.to_thread(append, self._path, samples)
        self._size += len(samples)
        if self._job is None:
            self._job = client.encode_growing(self._path, self._reader.shape, self._form)
        self._job.feed(self._size)
        return list(self._events(self._job.ready()))

    async def end(self) -> AsyncGenerator[Event, None]:
        """The events that are left once all audio has been added."""
        if self._job is None:
            return
        self._job.feed(self._size, ended=True)
        async with aclosing(self._job.messages()) as messages:
            async for message in messages:
                for event in self._events([message]):
                    yield event

    def close(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @property
    def _is_plain(self) -> bool:
        """Whether the samples stay as they are, with a header or without."""
        plain = self._form is AudioFormat.PCM and self._reader.shape == PcmShape()
        return plain or self._form is AudioFormat.WAV

    def _plain_events(self, samples: bytes) -> Iterator[Event]:
        if not self._size:
            shape = self._reader.shape
            yield self._start_event(shape.sample_rate, shape.channels)
            if self._form is AudioFormat.WAV:
                yield AudioChunk(wav_header(shape))
        self._size += len(samples)
        yield AudioChunk(samples)

    def _start_event(self, rate: int, channels: int) -> AudioStart:
        return AudioStart(self._form, rate, channels, converted_from=self._start.format)

    def _events(self, messages: Iterable[Message]) -> Iterator[Event]:
        for message in messages:
            if isinstance(message, bytes):
                yield AudioChunk(message)
            elif message["event"] == "audio":
                yield self._start_event(message["sample_rate"], message["channels"])


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
