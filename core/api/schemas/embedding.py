"""The shape of vectors, for the OpenAPI document and for the tests."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.api.schemas.base import Schema


class Vector(Schema):
    object: Literal["embedding"]
    index: int = Field(description="Of the input that it stands for.")
    embedding: list[float] | str = Field(description="Numbers, or base64 of 32-bit floats, little-endian.")


class InputTokens(Schema):
    """Only where an input has both."""

    text_tokens: int
    image_tokens: int


class EmbeddingUsage(Schema):
    prompt_tokens: int
    total_tokens: int
    prompt_tokens_details: InputTokens | None = None
    cost: float | None = Field(description="USD; null where no price is known.")


class Embeddings(Schema):
    object: Literal["list"]
    data: list[Vector]
    model: str
    usage: EmbeddingUsage
    id: str = Field(description="For `GET generation`.")
