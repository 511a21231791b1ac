"""Speech of the report: each piece is synthesized as soon as it is there."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape, wav_header
from core.contract.chat import ChatRequest
from core.contract.events import AudioChunk, AudioStart, Event
from core.contract.route import Target
from core.contract.usage import Kind, Unit
from core.media import client
from core.providers.local.inspector.usage import UsageCounter
from core.providers.local.speech import DEFAULT_VOICE, NORMAL_PITCH, require_engine

CONCATENABLE = (AudioFormat.PCM, AudioFormat.WAV, AudioFormat.MP3, AudioFormat.AAC)
"""Formats in which encoded streams may follow one another in one file."""

PAUSE = bytes(PCM_RATE * 2 // 4)
"""A quarter of a second of silence between two pieces."""

AudioEvents = AsyncGenerator[Event, None]


class ReportSpeaker(Protocol):
    """`speak` yields the audio of one piece, `close` what is left after the last piece."""

    def speak(self, text: str) -> AudioEvents: ...

    def close(self) -> AudioEvents: ...


def report_speaker(target: Target, request: ChatRequest, usage: UsageCounter) -> ReportSpeaker:
    """Raises `Unavailable` without an engine, `Unsupported` without the encoder of the format."""
    form = target.format or request.format
    require_engine(form, "audio.format")
    voice = target.voice or request.voice or DEFAULT_VOICE
    if request.streamed and form in CONCATENABLE:
        return StreamSpeaker(form, voice, usage)
    return FileSpeaker(form, voice, usage)


class StreamSpeaker:
    """Yields audio as it is synthesized."""

    def __init__(self, form: AudioFormat, voice: str, usage: UsageCounter) -> None:
        self._form = form
        self._voice = voice
        self._usage = usage
        self._begun = False

    async def speak(self, text: str) -> AudioEvents:
        is_wav = self._form is AudioFormat.WAV
        if not self._begun:
            self._begun = True
            yield AudioStart(self._form, PCM_RATE, 1)
            if is_wav:
                yield AudioChunk(wav_header(PcmShape(PCM_RATE)))
        elif self._form in (AudioFormat.PCM, AudioFormat.WAV):
            self._usage.add(Kind.AUDIO_OUT, Unit.SECOND, PcmShape(PCM_RATE).seconds(len(PAUSE)))
            yield AudioChunk(PAUSE)
        form = AudioFormat.PCM if is_wav else self._form
        async with aclosing(synthesize(text, self._voice, form, self._usage)) as chunks:
            async for chunk in chunks:
                yield AudioChunk(chunk)

    async def close(self) -> AudioEvents:
        return
        yield


class FileSpeaker:
    """Yields a whole file at the end, with true sizes in its header."""

    def __init__(self, form: AudioFormat, voice: str, usage: UsageCounter) -> None:
        self._form = form
        self._voice = voice
        self._usage = usage
        self._texts: list[str] = []

    async def speak(self, text: str) -> AudioEvents:
        self._texts.append(text)
        return
        yield

    async def close(self) -> AudioEvents:
        with tempfile.TemporaryDirectory(prefix="polyphony-") as folder:
            samples, encoded = Path(folder, "samples"), Path(folder, "encoded")
            for text in self._texts:
                async with aclosing(synthesize(text, self._voice, AudioFormat.PCM, self._usage)) as chunks:
                    async for chunk in chunks:
                        await asyncio.to_thread(append, samples, chunk)
            await client.encode(samples, PcmShape(PCM_RATE), encoded, self._form)
            yield AudioStart(self._form, PCM_RATE, 1)
            yield AudioChunk(await asyncio.to_thread(encoded.read_bytes))


async def synthesize(
    text: str, voice: str, form: AudioFormat, usage: UsageCounter
) -> AsyncGenerator[bytes, None]:
    """The audio of one piece; its seconds are counted at its end."""
    args = {"text": text, "voice": voice, "speed": 1.0, "pitch": NORMAL_PITCH, "format": form.value}
    async with aclosing(client.run("synthesize", args)) as messages:
        async for message in messages:
            if isinstance(message, bytes):
                yield message
            elif message["event"] == "done":
                usage.add(Kind.AUDIO_OUT, Unit.SECOND, message["result"]["seconds"])


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
