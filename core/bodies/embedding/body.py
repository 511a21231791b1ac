"""`POST embeddings`: its body.

https://platform.openai.com/docs/api-reference/embeddings/create
https://openrouter.ai/docs/api-reference/embeddings/create-embeddings
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator

from core.bodies.embedding.inputs import MOST_INPUTS, Inputs, read_inputs
from core.bodies.files.base64_stream import MOST_FILES
from core.bodies.files.data_urls import MessageFile
from core.bodies.routing.body import RoutedBody
from core.bodies.validation import wrong_field
from core.contract.embedding import EmbeddingPart, EmbeddingRequest, VectorFormat
from core.contract.image import ImageFile

MOST_DIMENSIONS = 65_536
TOKENS = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1}
TEXT = {"type": "string", "minLength": 1}
TEXT_PART = {
    "type": "object",
    "properties": {"type": {"const": "text"}, "text": TEXT},
    "required": ["type", "text"],
}
IMAGE_PART = {
    "type": "object",
    "properties": {
        "type": {"const": "image_url"},
        "image_url": {"type": "object", "properties": {"url": {"type": "string"}}, "required": ["url"]},
    },
    "required": ["type", "image_url"],
}
OBJECT = {
    "type": "object",
    "properties": {"content": {"type": "array", "items": {"anyOf": [TEXT_PART, IMAGE_PART]}, "minItems": 1}},
    "required": ["content"],
}
INPUT_SCHEMA = {
    "anyOf": [
        TEXT,
        *(
            {"type": "array", "items": items, "minItems": 1, "maxItems": MOST_INPUTS}
            for items in (TEXT, TOKENS, OBJECT)
        ),
        TOKENS,
    ]
}


class EmbeddingBody(RoutedBody):
    """Texts to be turned into vectors."""

    model: str = Field(min_length=1, description="The model, such as `openai/text-embedding-3-small`.")
    input: Any = Field(
        description=(
            f"A text, token ids, or a list of up to {MOST_INPUTS:,} of either; for models that take images "
            "also a list of objects with `content`: parts of the types `text` and `image_url` (a data URL)."
        ),
        json_schema_extra=INPUT_SCHEMA,
    )
    encoding_format: Annotated[VectorFormat, Field(strict=False)] | None = Field(
        default=None, description="`float` (default), or `base64`: 32-bit floats, little-endian."
    )
    dimensions: Annotated[int, Field(ge=1, le=MOST_DIMENSIONS)] | None = Field(
        default=None, description="Shorter vectors, from models that can shorten them."
    )
    input_type: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="What the vectors are for, such as `search_query` or `search_document`; some models ask.",
    )
    user: Annotated[str, StringConstraints(max_length=512)] | None = None

    @field_validator("input", mode="plain")
    @classmethod
    def _read(cls, value: Any) -> Inputs:
        return read_inputs(value)

    def images(self) -> tuple[MessageFile, ...]:
        """The images among the inputs, to be loaded. Raises `InvalidRequest` for more than `MOST_FILES`."""
        found = tuple(part for parts in self.input for part in parts if isinstance(part, MessageFile))
        if len(found) > MOST_FILES:
            raise wrong_field("input", f"has {len(found):,} images; at most {MOST_FILES} are taken.")
        return found

    def request(self, images: Mapping[str, ImageFile] | None = None) -> EmbeddingRequest:
        """The request with its loaded images, by their places."""
        loaded = images or {}
        return EmbeddingRequest(
            model=self.model,
            inputs=tuple(tuple(load(part, loaded) for part in parts) for parts in self.input),
            dimensions=self.dimensions,
            input_type=self.input_type or "",
            format=self.encoding_format or VectorFormat.FLOAT,
            user=self.user or "",
            options=self.options,
            preferences=self.preferences,
            routing=self.rules,
        )


def load(part: str | tuple[int, ...] | MessageFile, images: Mapping[str, ImageFile]) -> EmbeddingPart:
    return images[part.param] if isinstance(part, MessageFile) else part
