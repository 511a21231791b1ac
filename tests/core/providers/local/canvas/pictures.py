"""Requests for `local/canvas`, and the pictures of its answers."""

from __future__ import annotations

import io
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image

from core.contract.events import Event, ImagePartial, ImageReady, Used
from core.contract.image import ImageFile, ImageRequest
from core.contract.usage import Usage
from core.providers.local import Local
from tests.core.providers.local.inspector.reports import TARGET as INSPECTOR

TARGET = replace(INSPECTOR, model="canvas")


@dataclass
class Answer:
    """Everything that came, in order."""

    events: list[Event] = field(default_factory=list)

    @property
    def ready(self) -> list[ImageReady]:
        return [event for event in self.events if isinstance(event, ImageReady)]

    @property
    def partials(self) -> list[ImagePartial]:
        return [event for event in self.events if isinstance(event, ImagePartial)]

    @property
    def usage(self) -> Usage:
        [used] = [event for event in self.events if isinstance(event, Used)]
        return used.usage

    @property
    def image(self) -> Image.Image:
        return opened(self.ready[0].data)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


async def draw(prompt: str, **fields: Any) -> Answer:
    fields = {"size": "256x256", "quality": "low", **fields}
    request = ImageRequest(model="local/canvas", prompt=prompt, **fields)
    answer = Answer()
    async with aclosing(Local().draw(TARGET, request)) as events:
        async for event in events:
            answer.events.append(event)
    return answer


def image_file(path: Path, media_type: str = "image/png", size: tuple[int, int] = (0, 0)) -> ImageFile:
    """A file as the API hands it on."""
    return ImageFile(str(path), path.name, media_type, path.stat().st_size, *size)


def saved(image: Image.Image, path: Path, **options: Any) -> ImageFile:
    image.save(path, **options)
    form = {"jpg": "jpeg"}.get(path.suffix[1:], path.suffix[1:])
    return image_file(path, f"image/{form}", image.size)
