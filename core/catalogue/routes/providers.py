"""The caller's rules about providers and retries, applied to the route of one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from core.contract.errors import Unsupported
from core.contract.route import Policy, Route, Target
from core.contract.routing import ProviderRules, RoutingRules
from core.contract.usage import Kind, Unit
from core.providers.openai.router import is_router
from core.routing.choose import MEASURES, sort

BACKOFF = 1.0
"""Seconds before the first of the further tries that the caller asked for; twice as long before each next."""

MILLION = 1_000_000
PRICED: Mapping[str, tuple[Sequence[tuple[Kind, Unit]], int]] = {
    "prompt": (((Kind.TEXT_IN, Unit.TOKEN), (Kind.TEXT_IN, Unit.CHARACTER)), MILLION),
    "completion": (((Kind.TEXT_OUT, Unit.TOKEN),), MILLION),
    "audio": (((Kind.AUDIO_IN, Unit.TOKEN), (Kind.AUDIO_OUT, Unit.TOKEN)), MILLION),
    "image": (((Kind.IMAGE_IN, Unit.IMAGE), (Kind.IMAGE_OUT, Unit.IMAGE)), 1),
    "request": (((Kind.REQUEST, Unit.REQUEST),), 1),
}
"""The lines of a price sheet by the fields of `max_price`, and how many units a price there is for."""


def ruled_route(route: Route, rules: RoutingRules) -> Route:
    """The route with the targets that `rules` allow, in their order. Raises `Unsupported` naming the field
    that no target satisfies."""
    provider = rules.provider
    if provider.require_parameters and route.ignored:
        raise unsupported(
            f"{route.model} does not take {', '.join(route.ignored)}.", "provider.require_parameters"
        )
    targets = allowed(route, provider)
    if provider.sort in MEASURES:
        targets = sort(targets, provider.sort)
    targets = in_order(targets, provider.order)
    then = route.then and ruled_route(route.then, rules)
    return replace(route, targets=targets, policy=ruled_policy(route.policy, rules), then=then)


def ruled_policy(policy: Policy, rules: RoutingRules) -> Policy:
    """The policy with the retries and the time limits that the caller or an admin asked for."""
    if rules.retries is not None:
        policy = replace(policy, retries=rules.retries, backoff=max(policy.backoff, BACKOFF))
    if rules.deadline is not None:
        policy = replace(policy, deadline=rules.deadline)
    return replace(policy, retry_codes=rules.retry_codes, call_timeout=rules.call_timeout)


def allowed(route: Route, rules: ProviderRules) -> tuple[Target, ...]:
    """The targets that no rule excludes. Raises `Unsupported` for the rule that excludes the last."""
    targets = route.targets
    for param, fits in (
        ("only", lambda target: not rules.only or is_router(target) or place(target, rules.only) is not None),
        ("ignore", lambda target: place(target, rules.ignore) is None),
        ("quantizations", lambda target: not rules.quantizations or is_router(target)),
        ("max_price", lambda target: is_within(target, rules.max_price)),
    ):
        found = tuple(target for target in targets if fits(target))
        if targets and not found:
            names = ", ".join(dict.fromkeys(target.provider for target in targets))
            raise unsupported(f"It excludes every provider of {route.model}: {names}.", f"provider.{param}")
        targets = found
    return targets


def in_order(targets: tuple[Target, ...], order: Sequence[str]) -> tuple[Target, ...]:
    """The targets with those that `order` names first, and the others after them as they were."""
    if not order:
        return targets
    behind = len(order)
    return tuple(
        replace(target, priority=behind + target.priority)
        if (at := place(target, order)) is None
        else replace(target, priority=at, weight=0)
        for target in targets
    )


def place(target: Target, names: Sequence[str]) -> int | None:
    """Where a provider is named first, by its slug or its name in any case."""
    known = {target.provider.casefold(), target.provider_name.casefold()}
    return next((at for at, name in enumerate(names) if name.casefold() in known), None)


def is_within(target: Target, most: Mapping[str, Decimal]) -> bool:
    """Whether a target charges at most so much; never where its prices are not known."""
    if not most:
        return True
    return bool(target.prices) and all(
        price.usd_per_unit * PRICED[name][1] <= limit
        for name, limit in most.items()
        for price in target.prices
        if (price.kind, price.unit) in PRICED[name][0]
    )


def unsupported(message: str, param: str) -> Unsupported:
    return Unsupported(f"{param}: {message}", param=param, code="unsupported_parameter")
