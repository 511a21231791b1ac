"""Chat requests for the inspector, and its answers collected."""

from __future__ import annotations

import asyncio
import io
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from core.contract.audio import AudioFormat
from core.contract.chat import ChatRequest, Media, Modality
from core.contract.events import AnswerMetadata, AudioChunk, AudioStart, ChatDelta, ImageReady, Used
from core.contract.route import Target
from core.media.pool.shared import shared_pools
from core.providers.local import Local

TARGET = Target(
    endpoint_id=1, provider="local", provider_name="Local", wire="local", base_url="", model="inspector"
)
SYSTEM_PROMPT = {"role": "system", "content": "You are a pirate."}
TEXT_AND_AUDIO = (Modality.TEXT, Modality.AUDIO)
TYPES = {
    ".jpg": (Modality.IMAGE, "image/jpeg"),
    ".png": (Modality.IMAGE, "image/png"),
    ".gif": (Modality.IMAGE, "image/gif"),
    ".webp": (Modality.IMAGE, "image/webp"),
    ".pdf": (Modality.FILE, "application/pdf"),
    ".txt": (Modality.FILE, "text/plain"),
    ".flac": (Modality.AUDIO, "audio/flac"),
    ".mp3": (Modality.AUDIO, "audio/mpeg"),
    ".wav": (Modality.AUDIO, "audio/wav"),
    ".mp4": (Modality.VIDEO, "video/mp4"),
}


@dataclass
class CollectedAnswer:
    text: str = ""
    transcript: str = ""
    finish: str | None = None
    deltas: list[str] = field(default_factory=list)
    images: list[ImageReady] = field(default_factory=list)
    audio_starts: list[AudioStart] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    units: dict[str, float] = field(default_factory=dict)
    event_names: list[str] = field(default_factory=list)

    def decoded_images(self) -> list[Image.Image]:
        return [Image.open(io.BytesIO(image.data)) for image in self.images]

    def add(self, event: Any) -> None:
        self.event_names.append(type(event).__name__)
        match event:
            case ChatDelta():
                self.text, self.transcript = self.text + event.text, self.transcript + event.transcript
                self.deltas += [event.text or event.transcript] if event.text or event.transcript else []
                self.finish = event.finish or self.finish
            case ImageReady():
                self.images.append(event)
            case AudioStart():
                self.audio_starts.append(event)
            case AudioChunk():
                self.audio += event.data
            case Used():
                self.units = {name: float(value) for name, value in event.usage.units().items()}


def file_part(path: Path) -> dict[str, Any]:
    """A file as a part of a message, of the type for its suffix."""
    modality, media_type = TYPES[path.suffix]
    media = Media(modality, str(path), media_type, path.stat().st_size, path.name)
    return {
        Modality.IMAGE: {"type": "image_url", "image_url": {"url": media}},
        Modality.FILE: {"type": "file", "file": {"filename": path.name, "file_data": media}},
        Modality.AUDIO: {"type": "input_audio", "input_audio": {"data": media, "format": path.suffix[1:]}},
        Modality.VIDEO: {"type": "video_url", "video_url": {"url": media}},
    }[modality]


def chat_request(content: Any, *before: dict[str, Any], **fields: Any) -> ChatRequest:
    messages = (*before, {"role": "user", "content": content})
    return ChatRequest("local/inspector", messages, **{"streamed": True, **fields})


def spoken_request(content: Any, form: AudioFormat, **fields: Any) -> ChatRequest:
    return chat_request(content, modalities=TEXT_AND_AUDIO, format=form, **fields)


async def answer(request: ChatRequest) -> CollectedAnswer:
    """All events of one request to the adapter."""
    collected = CollectedAnswer()
    async with aclosing(Local.chat(TARGET, request)) as events:
        async for event in events:
            collected.add(event)
    assert collected.event_names[0] == AnswerMetadata.__name__
    assert collected.event_names[-1] == Used.__name__
    return collected


async def inspect_files(*paths: Path) -> CollectedAnswer:
    """The report on these files."""
    return await answer(chat_request([file_part(path) for path in paths]))


async def wait_until_idle() -> None:
    """Wait until the workers have noticed that their jobs were cancelled, which takes them one step."""
    for _ in range(100):
        if not any(pool.open_jobs for pool in shared_pools()):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("a cancelled job goes on")


def table_cells(text: str) -> dict[str, str]:
    """The second cell of each row of two-column tables, by the first."""
    cells = [line.strip("| ").split(" | ", 1) for line in text.splitlines() if line.startswith("| ")]
    return {cell[0]: cell[1] for cell in cells if len(cell) == 2}


def transcript_segments(text: str) -> list[str]:
    """The text of each line that has a time, as transcripts have."""
    return [line.partition("` ")[2] for line in text.splitlines() if line.startswith("- `")]
