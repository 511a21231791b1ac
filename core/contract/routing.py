"""How the caller wants a request routed: other models, retries, a time limit, choice among providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Balance(StrEnum):
    """How one of several models is chosen."""

    WEIGHTED = "weight_based"  # at random, by weight
    ROUND_ROBIN = "round_robin"  # each in turn
    LATENCY = "latency_based"  # the one that has been fastest


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model that the caller named beside `model`; `param` is the field that names it, for errors."""

    model: str
    param: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """The models of which one is asked first, in place of the request's own."""

    kind: Balance
    models: tuple[NamedModel, ...]


@dataclass(frozen=True, slots=True)
class ProviderRules:
    """Which providers of a model may be asked, by slug or name in any case, and in which order.

    `order` come first; `only` and `ignore` restrict. Without `allow_fallbacks` none but the first is asked.
    With `require_parameters` a model has to take all fields of the request. `sort` is `price`, `throughput`,
    `latency` or `exacto`. `max_price` is in USD: `prompt`, `completion` and `audio` a million units,
    `request` and `image` each. `quantizations` are what only a router knows.
    """

    order: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    allow_fallbacks: bool = True
    require_parameters: bool = False
    sort: str = ""
    max_price: Mapping[str, Decimal] = field(default_factory=dict)
    quantizations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """What the caller says about routing; the defaults say nothing.

    `fallbacks` are tried in order after the request's own model has failed: after any error where
    `any_error`, after one of the statuses `fallback_codes`, or, where that is None, after any error that is
    not about the request itself. `retries` are further tries at the same endpoint, after the statuses
    `retry_codes`; None for those that may pass. `call_timeout` is in seconds, for each call of a provider.
    """

    fallbacks: tuple[NamedModel, ...] = ()
    fallback_codes: frozenset[int] | None = None
    any_error: bool = False
    retries: int | None = None
    retry_codes: frozenset[int] | None = None
    balancer: LoadBalancer | None = None
    call_timeout: float | None = None
    provider: ProviderRules = ProviderRules()


NO_RULES = RoutingRules()
