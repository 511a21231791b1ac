"""The tool `image_generation` of a `responses` body: the answer may have pictures.

https://platform.openai.com/docs/guides/tools-image-generation

No tool is run here. A model that draws in a conversation is asked for pictures beside its text, and they come
as items `image_generation_call`; any other is refused by the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.contract.chat import Modality
from core.contract.errors import Unsupported

KIND = "image_generation"
NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "action": ("auto", "generate"),
    "background": ("auto", "opaque"),
    "input_fidelity": (),
    "input_image_mask": (),
    "moderation": ("auto",),
    "output_compression": (100,),
    "output_format": ("png",),
    "quality": ("auto",),
    "size": ("auto",),
}
"""Fields of the tool, and the values with which a model draws as it does by itself."""
FREE = ("type", "partial_images")
"""Fields that may have any value: how many unfinished pictures are shown is the provider's."""


def is_image_tool(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == KIND


def other_tools(offered: Sequence[Any]) -> list[tuple[int, Any]]:
    """The tools that are offered to the model as such, with their places."""
    return [(at, value) for at, value in enumerate(offered) if not is_image_tool(value)]


def image_place(offered: Iterable[Any]) -> str:
    """The place of the tool among `tools`; "" where it is not offered."""
    return next((f"tools[{at}]" for at, value in enumerate(offered) if is_image_tool(value)), "")


def check_image_tool(tool: Mapping[str, Any], place: str, model: str) -> None:
    """Raise `Unsupported` for a field that says how to draw."""
    for name, value in tool.items():
        neutral = (model,) if name == "model" else NEUTRAL.get(name, ())
        if name not in FREE and value is not None and value not in neutral:
            raise Unsupported(
                f"{place}.{name[:40]} is not supported: in a conversation the model draws in its own way. "
                "images/generations and images/edits can be told.",
                param=f"{place}.{name[:40]}",
                code="unsupported_parameter",
            )


def output_modalities(asked: Sequence[str], choice: Any, *, alone: bool) -> tuple[Modality, ...]:
    """What the answer may have, where the tool is offered. `choice` is the `tool_choice`; `alone`: there is
    no other tool."""
    names = list(asked or (Modality.TEXT,))
    if choice == "none":
        return tuple(map(Modality, names))
    if is_image_tool(choice) or (choice == "required" and alone):
        return (Modality.IMAGE,)
    return tuple(map(Modality, dict.fromkeys([*names, Modality.IMAGE])))
