"""Answers with pictures, and the models that make them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from core.api.schemas.base import Schema

TOKENS = "0 where a model is not billed by tokens."


class Image(Schema):
    """One of `b64_json` and `url`."""

    b64_json: str | None = None
    url: str | None = Field(default=None, description="An address that expires.")
    revised_prompt: str | None = Field(default=None, description="What the provider made of the prompt.")
    media_type: str


class ImageTokens(Schema):
    text_tokens: int
    image_tokens: int


class ImageUsage(Schema):
    input_tokens: int = Field(description=TOKENS)
    output_tokens: int
    total_tokens: int
    input_tokens_details: ImageTokens
    output_tokens_details: ImageTokens
    cost: float | None = Field(description="USD; null when no price is known.")
    units: dict[str, float] = Field(description="What was counted, by kind and unit.")


class Images(Schema):
    created: int = Field(description="Unix time.")
    data: list[Image]
    background: str | None = None
    output_format: str | None = None
    size: str | None = None
    quality: str | None = None
    usage: ImageUsage


class RouterImageUsage(Schema):
    prompt_tokens: int = Field(description=TOKENS)
    completion_tokens: int
    total_tokens: int
    cost: float | None = Field(description="USD; null when no price is known.")


class RouterImages(Schema):
    created: int = Field(description="Unix time.")
    data: list[Image]
    usage: RouterImageUsage


class ImageArchitecture(Schema):
    input_modalities: list[str]
    output_modalities: list[str]


class ImageModel(Schema):
    id: str
    name: str
    description: str
    created: int = Field(description="Unix time.")
    architecture: ImageArchitecture
    supported_parameters: dict[str, dict[str, Any]] = Field(
        description="What each may be: `enum` with `values`, `range` with `min` and `max`, or `boolean`."
    )
    supports_streaming: bool = Field(description="Whether it shows unfinished pictures.")
    endpoints: str


class ImageModels(Schema):
    data: list[ImageModel]


class ImagePrice(Schema):
    billable: str
    unit: str
    cost_usd: float
    variant: str | None = None


class ImageEndpoint(Schema):
    provider_name: str
    provider_slug: str
    provider_tag: str | None
    supported_parameters: dict[str, dict[str, Any]]
    allowed_passthrough_parameters: list[str]
    supports_streaming: bool
    pricing: list[ImagePrice]


class ImageEndpoints(Schema):
    id: str
    endpoints: list[ImageEndpoint]
