"""The audio of a request in a format that its provider takes, converted before the call.

The options of a target say what that is: `audio_formats` are the names of formats, `audio_mb` is how many MiB
a file may have. A target without `audio_formats` gets every file as it is.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.contract.audio import PCM_RATE, AudioFormat, PcmShape
from core.contract.chat import ChatRequest, Media
from core.contract.errors import InvalidRequest, TooLarge
from core.contract.events import AudioConverted, Direction
from core.contract.requests import Request
from core.contract.route import Target
from core.contract.tasks import FACTS, AudioPlace
from core.contract.transcription import AudioFile
from core.media import client

MIB = 1024 * 1024
MOST_MB = 50.0
WAV_SECONDS = 300.0
"""Longer audio becomes mp3 where that is taken too: as wav it would have more than 10 MB."""
TARGETS = (AudioFormat.WAV, AudioFormat.MP3)
RAW = {"pcm16": 2, "pcm24": 3}
"""Samples without a header, 24 kHz and mono: bytes of one."""
SAME = {"mp4": "m4a", "m4a": "mp4"}
"""Two names of one container."""


@dataclass(slots=True)
class Converter:
    """Converts the files of one request for `target` into `folder`; `done` says what was converted."""

    target: Target
    folder: Path
    done: list[AudioConverted] = field(default_factory=list)

    async def media(self, media: Media) -> Media:
        """The audio of a message, converted where that is needed."""
        form = goal(self.target, media.format, media.seconds)
        if form is None:
            return media
        path, size, seconds = await self._convert(media.path, media.format, form)
        name = f"{Path(media.name).stem or 'audio'}.{form.extension}"
        found = replace(media, path=path, size=size, seconds=seconds, name=name)
        return replace(found, format=form.value, media_type=form.media_type)

    async def file(self, file: AudioFile) -> AudioFile:
        """The file of a transcription, converted where that is needed."""
        source = file.name.rpartition(".")[2]
        form = goal(self.target, source, file.seconds)
        if form is None:
            return file
        path, size, seconds = await self._convert(file.path, source, form)
        return AudioFile(path, f"audio.{form.extension}", form.media_type, size, seconds)

    async def _convert(self, path: str, source: str, form: AudioFormat) -> tuple[str, int, float]:
        """The path, size and duration of a new file. Raises `TooLarge`, `InvalidRequest`, `Unavailable`."""
        target = self.folder / f"{len(self.done)}.{form.extension}"
        most = int(self.target.options.get("audio_mb", MOST_MB) * MIB)
        try:
            if source in RAW:
                samples = await asyncio.to_thread(write_samples, Path(path), target, RAW[source])
                encoded = await client.encode(samples, PcmShape(PCM_RATE), target, form)
            else:
                encoded = await client.transcode(path, target, form, most)
        except InvalidRequest as refused:
            if refused.provider_code != "too_large":
                raise
            raise TooLarge(refused.message, param=refused.param) from None
        self.done.append(AudioConverted(Direction.INPUT, source, form.value))
        return str(target), encoded.size, encoded.seconds


def goal(target: Target, source: str, seconds: float | None) -> AudioFormat | None:
    """The format to convert a file to; None where `target` takes it, or takes nothing that is made here."""
    taken = target.options.get("audio_formats")
    if not taken or source in taken or SAME.get(source) in taken:
        return None
    able = [form for form in TARGETS if form in taken]
    long = seconds is None or seconds > WAV_SECONDS
    return (able[-1] if long else able[0]) if able else None


def write_samples(path: Path, target: Path, width: int) -> Path:
    """A file of 16-bit samples; of 24-bit ones the lower eight bits are dropped. Blocking."""
    if width == 2:
        return path
    data = path.read_bytes()
    samples = bytearray(len(data) // width * 2)
    samples[0::2], samples[1::2] = data[1::width], data[2::width]
    found = target.with_suffix(".samples")
    found.write_bytes(samples)
    return found


async def converted_chat(request: ChatRequest, converter: Converter) -> ChatRequest:
    messages = [await converted_message(message, converter) for message in request.messages]
    return replace(request, messages=tuple(messages)) if converter.done else request


async def converted_message(message: Mapping[str, Any], converter: Converter) -> Mapping[str, Any]:
    content = message.get("content")
    if not isinstance(content, list | tuple):
        return message
    return {**message, "content": [await converted_part(part, converter) for part in content]}


async def converted_part(part: Mapping[str, Any], converter: Converter) -> Mapping[str, Any]:
    inner = part.get("input_audio") or {}
    media = inner.get("data") if part.get("type") == "input_audio" else None
    if not isinstance(media, Media):
        return part
    found = await converter.media(media)
    if found is media:
        return part
    return {**part, "input_audio": {**inner, "data": found, "format": found.format}}


async def converted_file(request: Any, converter: Converter) -> Any:
    return replace(request, file=await converter.file(request.file))


CONVERSIONS: Mapping[AudioPlace, Callable[[Any, Converter], Awaitable[Any]]] = {
    AudioPlace.FILE: converted_file,
    AudioPlace.MESSAGES: converted_chat,
}
"""Each takes the requests of those tasks whose facts name the place."""


def has_formats(target: Target) -> bool:
    """Whether the formats that `target` takes are known."""
    return bool(target.options.get("audio_formats"))


@asynccontextmanager
async def accepted(
    target: Target, request: Request
) -> AsyncGenerator[tuple[Request, Sequence[AudioConverted]], None]:
    """The request with all its audio in formats that `target` takes, and what was converted for that.

    The new files exist within the block. Raises `TooLarge`, `InvalidRequest` for what cannot be read,
    `Unavailable` where PyAV is missing.
    """
    place = FACTS[request.task].audio
    if place is None or not has_formats(target):
        yield request, ()
        return
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="polyphony-")
    try:
        converter = Converter(target, Path(folder.name))
        yield await CONVERSIONS[place](request, converter), tuple(converter.done)
    finally:
        await asyncio.shield(asyncio.to_thread(folder.cleanup))
