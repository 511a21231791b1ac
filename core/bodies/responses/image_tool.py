"""The tool `image_generation` of a `responses` body: the answer may have pictures.

https://platform.openai.com/docs/guides/tools-image-generation

A chat model whose provider has the tool is offered it as it is. A model that draws in a conversation is asked
for pictures beside its text instead, and cannot be told how. Any other is refused by the catalogue, which
knows the models. The pictures come as items `image_generation_call`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import ConfigDict, Field

from core.bodies.validation import Body, validate
from core.contract.chat import Modality
from core.contract.errors import InvalidRequest, Unsupported
from core.contract.image import ImageFormat, ImageRequest, ImageTool

KIND = "image_generation"
MOST_CALLS = 10


class ImageToolBody(Body):
    """OpenAI's `ImageGenTool`, without a mask."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["image_generation"]
    model: str | None = Field(default=None, min_length=1, max_length=200)
    action: Literal["auto", "generate", "edit"] | None = None
    background: Literal["auto", "opaque", "transparent"] | None = None
    input_fidelity: Literal["low", "high"] | None = None
    input_image_mask: dict[str, Any] | None = None
    moderation: Literal["auto", "low"] | None = None
    output_compression: int | None = Field(default=None, ge=0, le=100)
    output_format: Literal["png", "jpeg", "webp"] | None = None
    partial_images: int | None = Field(default=None, ge=0, le=3)
    quality: str | None = Field(default=None, max_length=40)
    size: str | None = Field(default=None, max_length=40)


def is_image_tool(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == KIND


def other_tools(offered: Sequence[Any]) -> list[tuple[int, Any]]:
    """The tools that are offered to the model as such, with their places."""
    return [(at, value) for at, value in enumerate(offered) if not is_image_tool(value)]


def image_tools(offered: Iterable[Any]) -> list[tuple[str, dict[str, Any]]]:
    """The tools that draw, with their places."""
    return [(f"tools[{at}]", value) for at, value in enumerate(offered) if is_image_tool(value)]


def image_tool(offered: Sequence[Any], choice: Any, calls: int | None, *, streamed: bool) -> ImageTool | None:
    """The tool as a request has it; None where it is not offered, or may not be used. `choice` is the
    `tool_choice`, `calls` the most calls of tools that the provider runs. Raises `InvalidRequest`."""
    if not (found := image_tools(offered)):
        return None
    if len(found) > 1:
        raise InvalidRequest("The tool image_generation can be offered once.", param=found[1][0])
    place, fields = found[0]
    check_calls(calls)
    body = read(fields, place)
    if choice == "none":
        return None
    alone = len(offered) == 1
    required = is_image_tool(choice) or (choice == "required" and alone)
    return ImageTool(place, picture(body, streamed=streamed), fields, calls, required)


def check_calls(calls: Any) -> None:
    if calls is not None and (type(calls) is not int or not 1 <= calls <= MOST_CALLS):
        raise InvalidRequest(f"max_tool_calls must be from 1 to {MOST_CALLS}.", param="max_tool_calls")


def read(fields: Mapping[str, Any], place: str) -> ImageToolBody:
    """The tool's fields. Raises `InvalidRequest` naming one by its place in the body."""
    try:
        body = validate(ImageToolBody, fields)
    except InvalidRequest as error:
        wrong = InvalidRequest(f"{place}.{error.message}", param=f"{place}.{error.param}")
    else:
        if body.input_image_mask is not None:
            raise Unsupported(
                f"{place}.input_image_mask is not supported: images/edits takes a mask.",
                param=f"{place}.input_image_mask",
                code="unsupported_parameter",
            )
        return body
    raise wrong


def picture(body: ImageToolBody, *, streamed: bool) -> ImageRequest:
    """How to draw. The prompt is left to the chat model."""
    return ImageRequest(
        model=body.model or "",
        prompt="",
        size=body.size or "",
        quality=body.quality or "",
        background=body.background or "",
        format=ImageFormat(body.output_format or "auto"),
        compression=body.output_compression,
        moderation=body.moderation or "",
        fidelity=body.input_fidelity or "",
        partial_images=(body.partial_images or 0) if streamed else 0,
        streamed=streamed,
    )


def output_modalities(asked: Sequence[str], tool: ImageTool | None) -> tuple[Modality, ...]:
    """What the answer may have: pictures too where the tool may be used, nothing else where it must be."""
    names = list(asked or (Modality.TEXT,))
    if tool is None:
        return tuple(map(Modality, names))
    if tool.required:
        return (Modality.IMAGE,)
    return tuple(map(Modality, dict.fromkeys([*names, Modality.IMAGE])))
