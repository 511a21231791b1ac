"""What the bodies of all tasks share: how the request is to be routed, in each spelling.

https://docs.orq.ai/docs/ai-router
https://openrouter.ai/docs/features/model-routing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from core.bodies.routing.fields import (
    MOST_MODELS,
    Balancer,
    CacheBody,
    Codes,
    Fallbacks,
    LoadBalancerBody,
    ModelName,
    RetryBody,
    TimeoutBody,
)
from core.bodies.routing.provider import ProviderBody
from core.bodies.validation import Body, FieldError
from core.contract.errors import Unsupported
from core.contract.routing import NO_RULES, Balance, LoadBalancer, NamedModel, RoutingRules

WRAPPER = "orq"
WRAPPED = ("fallbacks", "fallback_on_codes", "load_balancer", "retries", "retry", "timeout", "cache")
LABELS = frozenset({"identity", "name", "thread"})
"""Labels for a router's own records: accepted, neither used nor relayed."""
NOT_RELAYED = LABELS
"""Routing fields that are no fields of `RoutedBody`."""


def unwrap(fields: Any) -> Any:
    """The fields with those of `orq` beside them, and `model` from `models` where it is not given.

    What stands beside the wrapper wins. Raises `Unsupported` for what cannot be obeyed.
    """
    if not isinstance(fields, dict):
        return fields
    if (wrapped := fields.get(WRAPPER)) is not None:
        check_wrapper(wrapped)
        rest = {name: value for name, value in fields.items() if name != WRAPPER}
        fields = {**{name: value for name, value in wrapped.items() if name not in LABELS}, **rest}
    models = fields.get("models")
    if fields.get("model") is None and isinstance(models, list) and models and isinstance(models[0], str):
        fields = {**fields, "model": models[0]}
    return fields


def check_wrapper(wrapped: Any) -> None:
    if not isinstance(wrapped, Mapping):
        raise FieldError(f"{WRAPPER} must be an object.", param=WRAPPER)
    for name in wrapped:
        if name not in WRAPPED and name not in LABELS:
            raise unsupported(f"{WRAPPER}.{name[:40]}", f"there are {', '.join(WRAPPED)}")


def unsupported(param: str, why: str) -> Unsupported:
    return Unsupported(f"{param} is not supported: {why}.", param=param, code="unsupported_parameter")


class RoutedBody(Body):
    """The fields by which a caller routes a request: other models, retries, time limits, providers."""

    models: Annotated[list[ModelName], Field(max_length=MOST_MODELS)] | None = Field(
        default=None, description="Models that are asked in turn when `model` fails, by whatever error."
    )
    fallbacks: Fallbacks | None = Field(
        default=None,
        description='Models that are asked in turn when `model` fails: names, or `{"model": name}`.',
    )
    fallback_on_codes: Codes | None = Field(
        default=None,
        description="Statuses of a provider after which the next model is asked; by default all that are "
        "not about the request.",
    )
    route: Literal["fallback"] | None = Field(default=None, description="The only way to use `models`.")
    retry: RetryBody | None = Field(default=None, description="Further tries after a failure.")
    retries: RetryBody | None = Field(default=None, description="As `retry`.")
    load_balancer: Balancer = Field(
        default=None, description="Models of which one is asked first, in place of `model`."
    )
    timeout: TimeoutBody | None = Field(default=None, description="How long one call of a provider may take.")
    provider: ProviderBody | None = None
    cache: CacheBody | None = Field(
        default=None, description="Answer what was asked before from the cache, and keep a new answer there."
    )

    _unwrap = model_validator(mode="before")(unwrap)

    @property
    def options(self) -> dict[str, dict[str, Any]]:
        """Those of each provider, by its slug."""
        return self.provider.options if self.provider else {}

    @property
    def preferences(self) -> dict[str, Any]:
        """What a router such as OpenRouter is to be told."""
        return self.provider.preferences if self.provider else {}

    @property
    def rules(self) -> RoutingRules:
        """How the request is to be routed."""
        if self.model_fields_set.isdisjoint(ROUTING_FIELDS):
            return NO_RULES
        retry = self.retry or self.retries
        timeout = self.timeout.call_timeout if self.timeout else None
        return RoutingRules(
            fallbacks=self._fallbacks,
            fallback_codes=None if self.fallback_on_codes is None else frozenset(self.fallback_on_codes),
            any_error=bool(self.models),
            retries=retry.count if retry else None,
            retry_codes=frozenset(retry.on_codes) if retry and retry.on_codes is not None else None,
            balancer=balancer(self.load_balancer) if self.load_balancer else None,
            call_timeout=timeout / 1000 if timeout else None,
            provider=self.provider.rules if self.provider else NO_RULES.provider,
        )

    @property
    def _fallbacks(self) -> tuple[NamedModel, ...] | None:
        """None where neither field is there: an empty list asks for none."""
        said = self.models is not None or self.fallbacks is not None
        return tuple(self._other_models()) if said else None

    def _other_models(self) -> Iterable[NamedModel]:
        for at, name in enumerate(self.models or ()):
            yield NamedModel(name, f"models[{at}]")
        for at, fallback in enumerate(self.fallbacks or ()):
            yield NamedModel(fallback.model, f"fallbacks[{at}].model")


ROUTING_FIELDS = frozenset(RoutedBody.model_fields) - {"cache"}
"""The fields that make the rules."""


def balancer(body: LoadBalancerBody) -> LoadBalancer | None:
    """None where no model has a weight."""
    models = tuple(
        NamedModel(entry.model, f"load_balancer.models[{at}].model", entry.weight)
        for at, entry in enumerate(body.models)
        if entry.weight > 0
    )
    return LoadBalancer(Balance(body.type), models) if models else None
