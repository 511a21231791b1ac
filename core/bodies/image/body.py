"""The body of every image request: one parser for what is generated, edited and varied.

https://platform.openai.com/docs/api-reference/images
https://openrouter.ai/docs/api-reference/images
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from core.bodies.image.fields import (
    AUTO,
    LONGEST_PROMPT,
    TIERS,
    Count,
    Prompt,
    Ratio,
    Seed,
    Size,
    Word,
    check_options,
    is_ratio_of,
)
from core.bodies.image.inputs import InputImages, input_images
from core.bodies.routing.body import RoutedBody
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.image import ImageFile, ImageFormat, ImageMode, ImageRequest

PARTIALS = 3


class ImageBody(RoutedBody):
    """Pictures to be made: from a prompt, from pictures and a prompt, or like a picture."""

    model: str = Field(min_length=1, description="The model, such as `local/canvas`.")
    prompt: Prompt | None = Field(
        default=None, description=f"What to draw, or what to change; at most {LONGEST_PROMPT:,} characters."
    )
    image: Any = Field(
        default=None,
        description="A picture to change, or a list of them: a data URL, base64, or a file of a form.",
    )
    images: Annotated[list[Any], Field(max_length=64)] | None = Field(
        default=None, description='The same as `{"image_url": data URL}`.'
    )
    input_references: Annotated[list[Any], Field(max_length=64)] | None = Field(
        default=None, description="The same as parts of a message of the type `image_url`."
    )
    mask: Any = Field(
        default=None,
        description="A PNG as large as the first picture, transparent where that may change.",
    )
    n: Count | None = Field(default=None, description="How many pictures; 1 by default.")
    size: Size | None = Field(
        default=None,
        description="Pixels such as `1024x1024`, a `resolution`, or `auto`; models have sizes of their own.",
    )
    aspect_ratio: Ratio | None = Field(default=None, description="Such as `16:9`, or `auto`.")
    resolution: Literal["512", "1K", "2K", "4K"] | None = Field(
        default=None, description="With `aspect_ratio` the other way to say how large."
    )
    quality: Word | None = Field(
        default=None, description="`low`, `medium`, `high` or `auto`; models may have others."
    )
    style: Word | None = Field(default=None, description="`vivid` or `natural`; models may have others.")
    background: Literal["transparent", "opaque", "auto"] | None = None
    response_format: Literal["url", "b64_json"] | None = Field(
        default=None, description="`b64_json` (default), or `url`: an address here that expires."
    )
    output_format: Literal["png", "jpeg", "webp"] | None = Field(
        default=None, description="File format; by default the model's own."
    )
    output_compression: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="Quality of `jpeg` and `webp`."
    )
    moderation: Literal["low", "auto"] | None = None
    input_fidelity: Literal["low", "high"] | None = Field(
        default=None, description="How closely the pictures sent along are kept."
    )
    keep_metadata: bool | None = Field(
        default=None,
        description="Send pictures with what they tell of their making, the place of a photo for one; it is "
        "removed by default.",
    )
    stream: bool | None = Field(default=None, description="Send pictures as events while they are made.")
    partial_images: Annotated[int, Field(ge=0, le=PARTIALS)] | None = Field(
        default=None, description="How many unfinished pictures to stream."
    )
    seed: Seed | None = Field(default=None, description="The same seed makes the same picture.")
    user: Annotated[str, Field(max_length=512)] | None = None
    safety_identifier: Annotated[str, Field(max_length=512)] | None = None

    _check_options = model_validator(mode="before")(check_options)

    @property
    def mode(self) -> ImageMode:
        """What is asked for: without pictures to generate, with a prompt to edit, without one to vary."""
        if not self.has_images:
            return ImageMode.GENERATE
        return ImageMode.EDIT if self.has_prompt else ImageMode.VARY

    @property
    def has_images(self) -> bool:
        return bool(self.image or self.images or self.input_references)

    @property
    def has_prompt(self) -> bool:
        return bool(self.prompt and self.prompt.strip())

    @property
    def is_streamed(self) -> bool:
        return bool(self.stream)

    def inputs(self) -> InputImages:
        """Where the pictures are, to be loaded in this order. Raises `InvalidRequest` naming a place."""
        return input_images(
            {
                "image": self.image,
                "images": self.images,
                "input_references": self.input_references,
                "mask": self.mask,
            }
        )

    def request(self, images: Sequence[ImageFile] = (), mask: ImageFile | None = None) -> ImageRequest:
        """The request with its loaded pictures. Raises `InvalidRequest` as `check`."""
        self.check()
        size, resolution = self.pixels, self.resolution or (self.size if self.size in TIERS else "")
        return ImageRequest(
            model=self.model,
            prompt=self.prompt or "",
            mode=self.mode,
            images=tuple(images),
            mask=mask,
            n=self.n or 1,
            size=size,
            aspect_ratio="" if size else chosen(self.aspect_ratio),
            resolution=resolution or "",
            quality=chosen(self.quality),
            style=chosen(self.style),
            background=chosen(self.background),
            format=ImageFormat(self.output_format or AUTO),
            compression=self.output_compression,
            moderation=chosen(self.moderation),
            fidelity=chosen(self.input_fidelity),
            keep_metadata=bool(self.keep_metadata),
            seed=self.seed,
            partial_images=(self.partial_images or 0) if self.is_streamed else 0,
            streamed=self.is_streamed,
            user=self.safety_identifier or self.user or "",
            options=self.options,
            preferences=self.preferences,
            routing=self.rules,
        )

    @property
    def pixels(self) -> str:
        """`size`, where it is width and height."""
        return "" if self.size in (None, AUTO, *TIERS) else self.size or ""

    def check(self) -> None:
        """Raise `InvalidRequest` for fields that do not go together."""
        if not self.has_images and not self.has_prompt:
            raise InvalidRequest("prompt is required.", param="prompt", code="missing_field")
        if self.mask and not self.has_images:
            raise InvalidRequest("mask needs an image.", param="mask")
        if self.background == "transparent" and self.output_format == ImageFormat.JPEG:
            raise InvalidRequest(
                "A transparent background needs output_format png or webp.", param="background"
            )
        if self.stream and self.response_format == "url":
            raise Unsupported(
                "A stream has the bytes of its pictures: leave response_format out.", param="response_format"
            )
        self.check_size()

    def check_size(self) -> None:
        """Raise `InvalidRequest` where two fields say different sizes."""
        tier = self.size if self.size in TIERS else ""
        if self.resolution and (self.pixels or tier not in ("", self.resolution)):
            raise InvalidRequest("Send size or resolution, not both.", param="resolution")
        ratio = chosen(self.aspect_ratio)
        if ratio and self.pixels and not is_ratio_of(ratio, self.pixels):
            raise InvalidRequest(f"aspect_ratio is not that of {self.pixels}.", param="aspect_ratio")


def chosen(value: str | None) -> str:
    """A value, or the empty text for the model's default."""
    return "" if value in (None, AUTO) else value or ""
