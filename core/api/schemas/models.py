"""`GET models` and its siblings: models, endpoints, voices, providers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from core.api.schemas.base import Schema


class Architecture(Schema):
    modality: str | None
    input_modalities: list[str]
    output_modalities: list[str]
    tokenizer: str | None
    instruct_type: str | None


class Pricing(Schema):
    """Strings in USD per unit. Units without a name of OpenRouter's are called as in `text_in_character`;
    where no price is known at all, `prompt` and `completion` are `-1`."""

    prompt: str
    completion: str


class PriceLine(Schema):
    kind: str
    unit: str
    usd_per_unit: str
    condition: dict[str, Any]


class TopProvider(Schema):
    context_length: int | None
    max_completion_tokens: int | None
    is_moderated: bool


class Links(Schema):
    details: str


class Model(Schema):
    id: str
    object: Literal["model"]
    created: int = Field(description="Unix time.")
    owned_by: str
    canonical_slug: str
    name: str
    description: str
    context_length: int | None
    architecture: Architecture
    pricing: Pricing
    prices: list[PriceLine]
    top_provider: TopProvider
    per_request_limits: None
    supported_parameters: list[str]
    default_parameters: None
    supported_voices: list[str] | None
    expiration_date: str | None = Field(description="The day it is shut down.")
    links: Links
    tasks: list[str]
    features: list[str] = Field(description="What a caller may set, and what else the model can do.")
    formats: list[str]
    languages: list[str]
    limits: dict[str, Any]
    replacement: str | None
    ready: bool = Field(description="False while no provider of it can be called, as when a key is missing.")


class Next(Schema):
    next: str | None


class ModelList(Schema):
    object: Literal["list"]
    data: list[Model]
    total_count: int
    links: Next


class ModelData(Schema):
    data: Model


class Count(Schema):
    count: int


class CountData(Schema):
    data: Count


class Percentiles(Schema):
    p50: float
    p75: float
    p90: float
    p95: float | None = Field(None, description="Of the last day only.")
    p99: float


class Endpoint(Schema):
    name: str
    model_id: str
    provider_name: str
    tag: str
    pricing: Pricing
    prices: list[PriceLine]
    supported_parameters: list[str]
    latency_last_30m: Percentiles | None = Field(description="Milliseconds to the first content.")
    latency_last_1d: Percentiles | None
    throughput_last_30m: Percentiles | None = Field(description="Tokens written per second.")
    throughput_last_1d: Percentiles | None
    audio_throughput_last_1d: Percentiles | None = Field(description="Seconds of audio per second.")
    uptime_last_5m: float | None = Field(
        description="Percentage of answers among answers and failures of the provider."
    )
    uptime_last_30m: float | None
    uptime_last_1d: float | None
    status: int = Field(description="0 when it can be called now.")
    status_help: str


class ModelEndpoints(Schema):
    id: str
    name: str
    created: int
    description: str
    architecture: Architecture
    endpoints: list[Endpoint]


class EndpointData(Schema):
    data: ModelEndpoints


class AudioModel(Schema):
    id: str
    name: str


class AudioModels(Schema):
    object: Literal["list"]
    data: list[Model]
    models: list[AudioModel]


class Voice(Schema):
    id: str
    name: str
    model: str
    language: str | None
    gender: str | None
    description: str


class Voices(Schema):
    voices: list[Voice]


class Provider(Schema):
    name: str
    slug: str
    privacy_policy_url: str | None


class Providers(Schema):
    data: list[Provider]
