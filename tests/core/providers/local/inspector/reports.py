"""Messages for the inspector and what comes back."""

from __future__ import annotations

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
from core.providers.local import Local

TARGET = Target(
    endpoint_id=1, provider="local", provider_name="Local", wire="local", base_url="", model="inspector"
)
ALOUD = (Modality.TEXT, Modality.AUDIO)
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
class Answer:
    text: str = ""
    transcript: str = ""
    finish: str | None = None
    deltas: list[str] = field(default_factory=list)
    images: list[ImageReady] = field(default_factory=list)
    starts: list[AudioStart] = field(default_factory=list)
    sound: bytearray = field(default_factory=bytearray)
    units: dict[str, float] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def pictures(self) -> list[Image.Image]:
        """The output pictures, decoded."""
        return [Image.open(io.BytesIO(image.data)) for image in self.images]

    def note(self, event: Any) -> None:
        self.order.append(type(event).__name__)
        match event:
            case ChatDelta():
                self.text, self.transcript = self.text + event.text, self.transcript + event.transcript
                self.deltas += [event.text or event.transcript] if event.text or event.transcript else []
                self.finish = event.finish or self.finish
            case ImageReady():
                self.images.append(event)
            case AudioStart():
                self.starts.append(event)
            case AudioChunk():
                self.sound += event.data
            case Used():
                self.units = {name: float(value) for name, value in event.usage.units().items()}


def part(path: Path) -> dict[str, Any]:
    """A file as the part of a message that its kind is sent in."""
    modality, media_type = TYPES[path.suffix]
    media = Media(modality, str(path), media_type, path.stat().st_size, path.name)
    return {
        Modality.IMAGE: {"type": "image_url", "image_url": {"url": media}},
        Modality.FILE: {"type": "file", "file": {"filename": path.name, "file_data": media}},
        Modality.AUDIO: {"type": "input_audio", "input_audio": {"data": media, "format": path.suffix[1:]}},
        Modality.VIDEO: {"type": "video_url", "video_url": {"url": media}},
    }[modality]


def asked(content: Any, *before: dict[str, Any], **fields: Any) -> ChatRequest:
    messages = (*before, {"role": "user", "content": content})
    return ChatRequest("local/inspector", messages, **{"streamed": True, **fields})


def aloud(content: Any, form: AudioFormat, **fields: Any) -> ChatRequest:
    return asked(content, modalities=ALOUD, format=form, **fields)


async def answered(request: ChatRequest) -> Answer:
    """Everything one request through the adapter gives."""
    found = Answer()
    async with aclosing(Local.chat(TARGET, request)) as events:
        async for event in events:
            found.note(event)
    assert found.order[0] == AnswerMetadata.__name__
    assert found.order[-1] == Used.__name__
    return found


async def inspected(*paths: Path) -> Answer:
    """The report on these files."""
    return await answered(asked([part(path) for path in paths]))


def rows(text: str) -> dict[str, str]:
    """The cells of all two-column tables, by their first."""
    cells = [line.strip("| ").split(" | ", 1) for line in text.splitlines() if line.startswith("| ")]
    return {cell[0]: cell[1] for cell in cells if len(cell) == 2}
