"""`GET generation`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from core.api.schemas.base import Schema


class ProviderResponse(Schema):
    provider_name: str
    status: int | None
    latency: float | None = Field(description="Milliseconds to the first content.")
    duration: float | None = Field(description="Milliseconds in all.")
    outcome: str
    reason: str | None = Field(description="The code of the error, where the call failed.")
    model_permaslug: str = Field(description="The provider's own id of the model.")
    cost: float | None = Field(description="USD; null when no price is known.")
    basis: str | None


class SkippedModel(Schema):
    """A model that was to be asked and was not; with a provider, only that one was not asked for it."""

    model: str
    provider: str | None = Field(None, description="By name; absent where it concerns the whole model.")
    code: str
    reason: str = Field(description="Why not, as a sentence.")


class AudioConversion(Schema):
    direction: Literal["input", "output"]
    source: str = Field(alias="from")
    target: str = Field(alias="to")


class Generation(Schema):
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
    finish_reason: str | None = Field(
        description="One of OpenAI's reasons or `error`; the outcome of a task without reasons; null where "
        "the provider ended its answer without a reason."
    )
    native_finish_reason: str | None = Field(
        description="The provider's own word, else the code of our error, else `finish_reason`."
    )
    upstream_id: str | None = Field(description="The provider's id of the last attempt's answer.")
    provider_responses: list[ProviderResponse] = Field(description="The calls of providers, in order.")
    skipped_models: list[SkippedModel]
    units: dict[str, Any]
    basis: str | None
    voice: str | None = Field(description="The provider's id of the voice that spoke.")
    response_cache_source_id: str | None = Field(
        description="The generation whose answer this is, where it came from the cache."
    )
    outcome: str
    conversions: list[AudioConversion] = Field(
        description="Audio that was converted here, since the provider does not take or make its format."
    )


class GenerationData(Schema):
    data: Generation
