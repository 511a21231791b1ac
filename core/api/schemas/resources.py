"""The shapes of our answers, for the OpenAPI document and for the tests that hold the answers against it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """More fields than these may come."""

    model_config = ConfigDict(extra="allow")


class ErrorObject(Shape):
    code: int = Field(description="The HTTP status.")
    message: str
    type: str = Field(description="OpenAI's kind of error, such as `invalid_request_error`.")
    param: str | None = Field(description="The field that is wrong, as a path.")
    metadata: dict[str, Any] = Field(
        description="`error_type` and `provider_code`, the words clients match on."
    )


class Error(Shape):
    error: ErrorObject


class Architecture(Shape):
    modality: str | None
    input_modalities: list[str]
    output_modalities: list[str]
    tokenizer: str | None
    instruct_type: str | None


class Pricing(Shape):
    """Strings in USD per unit. Units without a name of OpenRouter's are called as in `text_in_character`;
    where no price is known at all, `prompt` and `completion` are `-1`."""

    prompt: str
    completion: str


class PriceLine(Shape):
    kind: str
    unit: str
    usd_per_unit: str
    condition: dict[str, Any]


class TopProvider(Shape):
    context_length: int | None
    max_completion_tokens: int | None
    is_moderated: bool


class Links(Shape):
    details: str


class Model(Shape):
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


class Next(Shape):
    next: str | None


class ModelList(Shape):
    object: Literal["list"]
    data: list[Model]
    total_count: int
    links: Next


class ModelData(Shape):
    data: Model


class Count(Shape):
    count: int


class CountData(Shape):
    data: Count


class Endpoint(Shape):
    name: str
    model_id: str
    provider_name: str
    tag: str
    pricing: Pricing
    prices: list[PriceLine]
    supported_parameters: list[str]
    status: int = Field(description="0 when it can be called now.")
    status_help: str


class ModelEndpoints(Shape):
    id: str
    name: str
    created: int
    description: str
    architecture: Architecture
    endpoints: list[Endpoint]


class EndpointData(Shape):
    data: ModelEndpoints


class AudioModel(Shape):
    id: str
    name: str


class AudioModels(Shape):
    models: list[AudioModel]


class InputTokenDetails(Shape):
    text_tokens: int
    audio_tokens: int


class TranscriptUsage(Shape):
    type: Literal["tokens", "duration"]
    seconds: float | None = Field(default=None, description="How long the sound is.")
    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_token_details: InputTokenDetails
    cost: float | None = Field(description="USD; null when no price is known.")


class Transcript(Shape):
    """`verbose_json` and `diarized_json` add task, language, duration, segments and words; a translation that
    took two models adds `transcribed_by` and `translated_by`."""

    text: str
    usage: TranscriptUsage


class Voice(Shape):
    id: str
    name: str
    model: str
    language: str | None
    gender: str | None
    description: str


class Voices(Shape):
    voices: list[Voice]


class Provider(Shape):
    name: str
    slug: str
    privacy_policy_url: str | None


class Providers(Shape):
    data: list[Provider]


class Budget(Shape):
    budget_id: str
    limit_usd: float
    spend_usd: float
    remaining_usd: float
    reset_interval: str | None
    scope: str


class Key(Shape):
    label: str
    limit: float | None
    limit_remaining: float | None
    limit_reset: str | None
    usage: float
    usage_daily: float
    usage_weekly: float
    usage_monthly: float
    budgets: list[Budget]
    effective_budget: Budget | None
    expires_at: str | None


class KeyData(Shape):
    data: Key


class Credits(Shape):
    total_credits: float
    total_usage: float
    unlimited: bool = Field(description="True without a budget; `total_credits` is then what was spent.")


class CreditsData(Shape):
    data: Credits


class ProviderResponse(Shape):
    provider_name: str
    status: int | None
    latency: float | None
    outcome: str


class Generation(Shape):
    id: str
    api_type: str
    model: str
    provider_name: str | None
    created_at: str
    streamed: bool
    cancelled: bool
    latency: float | None = Field(description="Milliseconds to the first event.")
    generation_time: float | None = Field(description="Milliseconds in all.")
    total_cost: float | None = Field(description="USD; null when no price is known.")
    usage: float | None
    upstream_inference_cost: float | None = Field(description="What the provider says it charged.")
    provider_responses: list[ProviderResponse]
    units: dict[str, Any]
    basis: str | None
    outcome: str


class GenerationData(Shape):
    data: Generation
