"""The bodies of the endpoints below `images`: each takes one mode, and refuses the fields of the others."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from core.bodies.image.body import ImageBody
from core.bodies.image.fields import Prompt
from core.contract.errors import InvalidRequest, Unsupported

INPUTS = ("image", "images", "input_references", "mask")
INPUT_FIELDS = (*INPUTS, "input_fidelity", "keep_metadata")


class GenerationBody(ImageBody):
    """A picture that is described."""

    model_config = ConfigDict(json_schema_extra=lambda schema: leave_out(schema, INPUT_FIELDS))

    prompt: Prompt = Field(description="What to draw.")

    def check(self) -> None:
        """Raise as `ImageBody.check`, and `Unsupported` for pictures."""
        refuse(self, INPUTS, "images/generations takes no images: send them to images/edits.")
        super().check()


class EditBody(ImageBody):
    """Pictures and what to change in them."""

    prompt: Prompt = Field(description="What to change, or what to make of the pictures.")

    def check(self) -> None:
        """Raise as `ImageBody.check`, and for no picture or no prompt."""
        require_image(self)
        if not self.has_prompt:
            raise InvalidRequest("prompt is required.", param="prompt", code="missing_field")
        super().check()


class VariationBody(ImageBody):
    """A picture of which others are to be made."""

    DROPPED: ClassVar[tuple[str, ...]] = ("prompt", "mask", "images", "input_references")
    model_config = ConfigDict(json_schema_extra=lambda schema: leave_out(schema, VariationBody.DROPPED))

    def check(self) -> None:
        """Raise as `ImageBody.check`, and for anything but one picture without a prompt."""
        require_image(self)
        refuse(self, ("mask", "prompt"), "A variation takes no {name}: send it to images/edits.")
        if len(self.inputs().images) > 1:
            raise InvalidRequest("A variation is of one image.", param="image")
        super().check()


class RouterImageBody(ImageBody):
    """A picture as OpenRouter's clients ask for it: described, with or without references."""

    model_config = ConfigDict(json_schema_extra=lambda schema: leave_out(schema, ("image", "images", "mask")))

    prompt: Prompt = Field(min_length=1, description="What to draw.")


def require_image(body: ImageBody) -> None:
    if not body.has_images:
        raise InvalidRequest("image is required.", param="image", code="missing_field")


def refuse(body: ImageBody, names: tuple[str, ...], message: str) -> None:
    """Raise `Unsupported` for the first of the fields that the body has."""
    for name in names:
        if getattr(body, name):
            raise Unsupported(message.format(name=name), param=name, code="unsupported_parameter")


def leave_out(schema: dict[str, Any], names: tuple[str, ...]) -> None:
    """Remove properties of a JSON schema, in place."""
    for name in names:
        schema["properties"].pop(name, None)
