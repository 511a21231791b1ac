"""The shapes of the routing fields that orq.ai has.

https://docs.orq.ai/docs/ai-router
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from core.bodies.validation import Body

MOST_MODELS = 20
MOST_CODES = 20
LONGEST_TIMEOUT = 3_600_000
"""Milliseconds."""
CACHE_SECONDS, MOST_CACHE_SECONDS = 1800, 3 * 24 * 3600


def whole(value: Any) -> Any:
    """`2.0`, as orq.ai's own client writes a number, as 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WholeNumber = Annotated[int, BeforeValidator(whole)]
Code = Annotated[WholeNumber, Field(ge=400, le=599)]
Codes = Annotated[list[Code], Field(max_length=MOST_CODES)]
ModelName = Annotated[str, Field(min_length=1, max_length=200)]


class FallbackBody(Body):
    """A model by its name alone, or as `{"model": name}`."""

    model: ModelName


class RetryBody(Body):
    count: WholeNumber = Field(default=3, ge=1, le=5, description="Further tries at the same endpoint.")
    on_codes: Codes | None = Field(
        default=None, description="Statuses that are tried again; by default those that may pass."
    )


class BalancedModelBody(FallbackBody):
    weight: float = Field(default=1.0, ge=0, le=1_000_000)


class LoadBalancerBody(Body):
    type: Literal["weight_based", "round_robin", "latency_based"] = Field(
        default="weight_based",
        description="By `weight` at random, each in turn, or the model with the provider that had the lowest "
        "median to its first content in the last day; one request in ten asks a model that was not measured.",
    )
    models: list[BalancedModelBody] = Field(min_length=1, max_length=MOST_MODELS)


class TimeoutBody(Body):
    call_timeout: WholeNumber | None = Field(
        default=None,
        ge=1,
        le=LONGEST_TIMEOUT,
        description="Milliseconds that one call may take to its first content.",
    )


class CacheBody(Body):
    """Take the answer from the cache where this was asked before, and keep it there."""

    type: Literal["exact_match"] = Field(
        default="exact_match", description="The whole request has to be the same, files included."
    )
    ttl: WholeNumber | None = Field(
        default=None,
        ge=1,
        le=MOST_CACHE_SECONDS,
        description=f"For how many seconds an answer is kept; {CACHE_SECONDS:,} by default.",
    )

    @property
    def seconds(self) -> int:
        return self.ttl or CACHE_SECONDS


def named_models(value: Any) -> Any:
    """A list with `{"model": name}` for each plain name."""
    if not isinstance(value, list):
        return value
    return [{"model": entry} if isinstance(entry, str) else entry for entry in value]


def balancer_object(value: Any) -> Any:
    """orq.ai's older list of models, each with the type, as the object of today; none for an empty one."""
    if isinstance(value, list):
        kinds = [entry["type"] for entry in value if isinstance(entry, dict) and entry.get("type")]
        value = {"models": value, **({"type": kinds[0]} if kinds else {})} if value else None
    if isinstance(value, dict) and "models" in value:
        value = {**value, "models": named_models(value["models"])}
    return value or None if isinstance(value, dict) else value


Fallbacks = Annotated[list[FallbackBody], BeforeValidator(named_models), Field(max_length=MOST_MODELS)]
Balancer = Annotated[LoadBalancerBody | None, BeforeValidator(balancer_object)]
