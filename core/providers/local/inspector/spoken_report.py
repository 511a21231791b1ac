"""A report that is heard while it is still being written: each piece becomes sound as soon as it is there."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape, wav_header
from core.contract.chat import ChatRequest
from core.contract.errors import Unavailable, Unsupported
from core.contract.events import AudioChunk, AudioStart, Event
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.media import client
from core.media.installed import HINT, can_encode, speech_hint
from core.providers.local.inspector.usage import Tally
from core.providers.local.speech import DEFAULT_VOICE, NORMAL_PITCH

JOINED = (AudioFormat.PCM, AudioFormat.WAV, AudioFormat.MP3, AudioFormat.AAC)
"""Formats of which one stream may follow the other in the same file."""

BLOCK = 64 * 1024
PAUSE = bytes(PCM_RATE * 2 // 4)
"""A quarter of a second of silence between two pieces."""

Sound = AsyncGenerator[Event, None]


class Reader(Protocol):
    """`say` gives the sound of one piece, `close` what is left after the last; none of both repeats."""

    def say(self, text: str) -> Sound: ...

    def close(self) -> Sound: ...


def reader(target: Target, request: ChatRequest, tally: Tally) -> Reader:
    """Who reads the report. Raises `Unavailable` without an engine, `Unsupported` without the format."""
    form = target.format or request.format
    if hint := speech_hint():
        raise Unavailable(f"espeak-ng is not installed here: {hint}")
    if not can_encode(form):
        raise Unsupported(f"The format {form} needs PyAV: {HINT}", param="audio.format")
    voice = target.voice or request.voice or DEFAULT_VOICE
    if request.streamed and form in JOINED:
        return Live(form, voice, tally)
    return Gathering(form, voice, tally)


class Live:
    """Sound as it is made."""

    def __init__(self, form: AudioFormat, voice: str, tally: Tally) -> None:
        self._form = form
        self._voice = voice
        self._tally = tally
        self._begun = False

    async def say(self, text: str) -> Sound:
        raw = self._form is AudioFormat.WAV
        if not self._begun:
            self._begun = True
            yield AudioStart(self._form, PCM_RATE, 1)
            if raw:
                yield AudioChunk(wav_header(PcmShape(PCM_RATE)))
        elif self._form in (AudioFormat.PCM, AudioFormat.WAV):
            self._tally.add(Kind.AUDIO_OUT, Unit.SECOND, PcmShape(PCM_RATE).seconds(len(PAUSE)))
            yield AudioChunk(PAUSE)
        form = AudioFormat.PCM if raw else self._form
        async with aclosing(spoken(text, self._voice, form, self._tally)) as chunks:
            async for chunk in chunks:
                yield AudioChunk(chunk)

    async def close(self) -> Sound:
        return
        yield


class Gathering:
    """A whole file at the end, with true sizes in its header."""

    def __init__(self, form: AudioFormat, voice: str, tally: Tally) -> None:
        self._form = form
        self._voice = voice
        self._tally = tally
        self._said: list[str] = []

    async def say(self, text: str) -> Sound:
        self._said.append(text)
        return
        yield

    async def close(self) -> Sound:
        with tempfile.TemporaryDirectory(prefix="polyphony-") as folder:
            source, made = Path(folder, "raw"), Path(folder, "made")
            for text in self._said:
                async with aclosing(spoken(text, self._voice, AudioFormat.PCM, self._tally)) as chunks:
                    async for chunk in chunks:
                        await asyncio.to_thread(append, source, chunk)
            await client.encode(source, PcmShape(PCM_RATE), made, self._form)
            yield AudioStart(self._form, PCM_RATE, 1)
            yield AudioChunk(await asyncio.to_thread(made.read_bytes))


async def spoken(text: str, voice: str, form: AudioFormat, tally: Tally) -> AsyncGenerator[bytes, None]:
    """The sound of one piece; its seconds are counted when it is whole."""
    args = {"text": text, "voice": voice, "speed": 1.0, "pitch": NORMAL_PITCH, "format": form.value}
    async with aclosing(client.run("synthesize", args)) as messages:
        async for message in messages:
            if isinstance(message, bytes):
                yield message
            elif message["event"] == "done":
                tally.add(Kind.AUDIO_OUT, Unit.SECOND, message["result"]["seconds"])


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
