"""Checks the tool `image_generation` of a chat against the models that are to draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.catalogue.entries import EndpointEntry, ModelEntry
from core.catalogue.validation.image.choices import check_words
from core.catalogue.validation.image.size import size_changes
from core.contract.chat import ChatRequest
from core.contract.errors import RequestError, Unsupported
from core.contract.image import ImageTool
from core.contract.tasks import Task
from core.providers.openai.responses.fields import unsent_fields

NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "action": ("auto", "generate"),
    "background": ("auto", "opaque"),
    "moderation": ("auto",),
    "output_compression": (100,),
    "output_format": ("png",),
    "quality": ("auto",),
    "size": ("auto",),
}
"""Fields of the tool, and the values with which a model draws as it does by itself."""
FREE = ("type", "partial_images")
"""Fields that may have any value: how many unfinished pictures are shown is the provider's."""
WIRES = ("openai",)
"""The wires whose adapter can offer the tool."""


def has_image_tool(model: ModelEntry) -> bool:
    """Whether a visible endpoint of a chat model has the tool, so that another model draws."""
    return any(offers_tool(endpoint) for endpoint in model.endpoints if endpoint.visible)


def offers_tool(endpoint: EndpointEntry) -> bool:
    return endpoint.provider.wire in WIRES and bool(image_models(endpoint))


def image_models(endpoint: EndpointEntry) -> list[str]:
    """The names of the image models that the endpoint's tool draws with, the usual one first."""
    return list({**endpoint.provider.options, **endpoint.options}.get("image_tool") or ())


def check_tool_of_chat(request: ChatRequest, tool: ImageTool, model: ModelEntry) -> None:
    """Raises `Unsupported` for a field of the tool where the chat model draws itself, which cannot be told
    how; and for a parameter of the chat that cannot be sent beside the tool."""
    if not has_image_tool(model):
        check_neutral(tool, model)
    elif unsent := unsent_fields(request.parameters):
        raise Unsupported(
            f"{unsent[0][:40]} is not supported beside the tool image_generation of {model.slug}.",
            param=unsent[0],
            code="unsupported_parameter",
        )


def check_neutral(tool: ImageTool, model: ModelEntry) -> None:
    for name, value in tool.fields.items():
        neutral = (model.slug,) if name == "model" else NEUTRAL.get(name, ())
        if name not in FREE and value is not None and value not in neutral:
            raise Unsupported(
                f"{tool.place}.{name} is not supported: {model.slug} draws in its own way. "
                "images/generations and images/edits can be told.",
                param=f"{tool.place}.{name}",
                code="unsupported_parameter",
            )


def check_picture(tool: ImageTool, model: ModelEntry) -> None:
    """What the tool says of its pictures, against the limits of the image model. Raises `InvalidRequest`,
    `Unsupported`."""
    if model.retired() or Task.IMAGE not in model.tasks:
        raise not_drawn_by(tool, model.slug)
    try:
        check_words(tool.picture, model)
        changed = size_changes(tool.picture, model)
    except RequestError as error:
        error.param = f"{tool.place}.{error.param}"
        raise
    if changed.get("aspect_ratio"):
        raise Unsupported(f"{model.slug} has no such size.", param=f"{tool.place}.size")


def not_drawn_by(tool: ImageTool, name: str) -> Unsupported:
    return Unsupported(f"The tool does not draw with {name[:100]} here.", param=f"{tool.place}.model")
