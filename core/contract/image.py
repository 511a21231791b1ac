"""An image request: pictures to be drawn from a prompt, changed, or varied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from core.contract.routing import NO_RULES, RoutingRules
from core.contract.tasks import Task


class ImageFormat(StrEnum):
    """`output_format` of an image; `AUTO` is the provider's own."""

    AUTO = "auto"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """PNG for `AUTO`, which is what providers send who say nothing else."""
        return f"image/{ImageFormat.PNG if self is ImageFormat.AUTO else self}"

    @property
    def extension(self) -> str:
        return {"jpeg": "jpg", "auto": "png"}.get(self, str(self))


class ImageMode(StrEnum):
    """What is done: the three endpoints below `/images`."""

    GENERATE = "generate"
    EDIT = "edit"  # `images` are changed or used as references, inside `mask` where there is one
    VARY = "vary"  # other pictures like the first of `images`


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image file on disk; `media_type`, `width` and `height` (pixels) were read from its first bytes.

    `name` is our own, safe to send, and ends in the extension of `media_type`.
    """

    path: str
    name: str
    media_type: str
    size: int
    width: int
    height: int
    upload: str = ""


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """`n` pictures.

    `size` is `1024x1024` or the like; `aspect_ratio` (`16:9`) and `resolution` (`1K`, `2K`, `4K`) are the
    other way to say it. `mask` is a PNG as large as the first of `images`, transparent where that may change.
    `partial_images` is how many unfinished pictures a streamed answer may show, 0 to 3. `fidelity` is how
    closely the input images are kept (`low`, `high`); their metadata is removed before they are sent, but for
    `keep_metadata`. `compression` is a quality from 0 to 100 for JPEG and
    WebP. None and empty texts are the model's default.
    """

    task: ClassVar[Task] = Task.IMAGE

    model: str
    prompt: str
    mode: ImageMode = ImageMode.GENERATE
    images: tuple[ImageFile, ...] = ()
    mask: ImageFile | None = None
    n: int = 1
    size: str = ""
    aspect_ratio: str = ""
    resolution: str = ""
    quality: str = ""
    style: str = ""
    background: str = ""
    format: ImageFormat = ImageFormat.AUTO
    compression: int | None = None
    moderation: str = ""
    fidelity: str = ""
    keep_metadata: bool = False
    seed: int | None = None
    partial_images: int = 0
    streamed: bool = False
    user: str = ""
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    routing: RoutingRules = NO_RULES


MOST_PICTURES, PICTURES_PAID = 4, 1
"""How many pictures an answer may have whose request does not say: in general, and where a budget pays."""


@dataclass(frozen=True, slots=True)
class ImageTool:
    """The tool `image_generation` of a chat: its model may have pictures drawn by an image model.

    `place` is where the request has it, such as `tools[0]`, and `fields` what it says there; `picture` is how
    to draw, its prompt still to be written by the chat model, and its model empty where the tool names none.
    `calls` is how many pictures the answer may have at most, None where the request does not say.
    `required`: the chat model has to draw.
    """

    place: str
    picture: ImageRequest
    fields: Mapping[str, Any] = field(default_factory=dict)
    calls: int | None = None
    required: bool = False

    def most_pictures(self, *, paid: bool) -> int:
        """How many pictures the provider is told to make at most; `paid` from a budget."""
        return self.calls or (PICTURES_PAID if paid else MOST_PICTURES)
