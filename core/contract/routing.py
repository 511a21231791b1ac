"""How the caller wants a request routed: other models, retries, a time limit, choice among providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum


class Balance(StrEnum):
    """How one of several models is chosen."""

    WEIGHTED = "weight_based"  # at random, by weight
    ROUND_ROBIN = "round_robin"  # each in turn
    LATENCY = "latency_based"  # the one that has been fastest


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A model that is named beside `model`; `param` is the field of the request that names it, for errors.

    It is empty where an admin named the model: what keeps it from being asked is no error of the caller.
    """

    model: str
    param: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """The models of which one is asked first, in place of the request's own."""

    kind: Balance
    models: tuple[NamedModel, ...]


@dataclass(frozen=True, slots=True)
class Hedge:
    """A second provider is asked when the first has brought nothing after `after` seconds; by default, after
    the time in which 95 % of its answers began. `wanted` is False where the caller wants none."""

    after: float | None = None
    wanted: bool = True


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
    hedge: Hedge | None = None


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """What the caller, or an admin for one model, says about routing; the defaults say nothing.

    `fallbacks` are tried in order after the request's own model has failed: after any error where
    `any_error`, after one of the statuses `fallback_codes`, or, where that is None, after any error that is
    not about the request itself; an empty tuple asks for none. `retries` are further tries at the same
    endpoint, after the statuses `retry_codes`; None for those that may pass. `call_timeout` is in seconds,
    for each call of a provider, `deadline` for all calls of one model.
    """

    fallbacks: tuple[NamedModel, ...] | None = None
    fallback_codes: frozenset[int] | None = None
    any_error: bool = False
    retries: int | None = None
    retry_codes: frozenset[int] | None = None
    balancer: LoadBalancer | None = None
    call_timeout: float | None = None
    deadline: float | None = None
    provider: ProviderRules = ProviderRules()


NO_RULES = RoutingRules()


def with_fallbacks(said: RoutingRules, policy: RoutingRules) -> RoutingRules:
    """What the caller said, and of other models what `policy` says where the caller said nothing: those to
    choose from and those to fall back on."""
    if policy is NO_RULES:
        return said
    if said.fallbacks is None:
        said = replace(said, fallbacks=policy.fallbacks, any_error=policy.any_error)
    if said.fallback_codes is None:
        said = replace(said, fallback_codes=policy.fallback_codes)
    if said.balancer is None and policy.balancer is not None:
        said = replace(said, balancer=policy.balancer)
    return said


def with_calls(said: RoutingRules, policy: RoutingRules) -> RoutingRules:
    """What the caller said, and of the calls of one model what `policy` says where the caller said nothing:
    field by field of a request, so that the codes of retries go with their number."""
    if policy is NO_RULES:
        return said
    if said.retries is None and said.retry_codes is None:
        said = replace(said, retries=policy.retries, retry_codes=policy.retry_codes)
    provider = said.provider
    if policy.provider is not NO_RULES.provider:
        sort, hedge = provider.sort or policy.provider.sort, provider.hedge or policy.provider.hedge
        provider = replace(provider, sort=sort, hedge=hedge)
    return replace(
        said,
        provider=provider,
        call_timeout=policy.call_timeout if said.call_timeout is None else said.call_timeout,
        deadline=policy.deadline if said.deadline is None else said.deadline,
    )
