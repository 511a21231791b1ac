"""The estimates of a request that several models may answer: enough for whichever of them does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from core.contract.requests import Request
from core.contract.route import Fallback, Route, SkippedModel, Target
from core.ledger.estimates.tasks import estimate, least_cost, within_budget

UNPRICED = "unpriced_model"


def candidates(request: Request, route: Route) -> Iterator[Fallback]:
    """The model asked first and those that the caller wants after it, without their own fallbacks."""
    yield Fallback(replace(route, fallbacks=()), request) if route.fallbacks else Fallback(route, request)
    yield from (one for one in route.fallbacks if not one.optional)


def most(request: Request, route: Route) -> Decimal | None:
    """The most that any of the models can cost, USD; None where one has no price."""
    if not route.fallbacks:
        return estimate(request, route)
    return highest(estimate(each.request, each.route) for each in candidates(request, route))


def least(request: Request, route: Route) -> Decimal | None:
    """What has to be reserved at least, so that any of the models can answer."""
    return highest(least_cost(each.request, each.route) for each in candidates(request, route))


def highest(costs: Iterator[Decimal | None]) -> Decimal | None:
    found = list(costs)
    known = [cost for cost in found if cost is not None]
    return max(known) if len(known) == len(found) else None


def with_limits(route: Route) -> Route:
    """The route for a caller whose budget pays: the answer of each fallback has a limit, and those without a
    price are skipped."""
    priced = [one for one in route.fallbacks if estimate(one.request, one.route) is not None]
    skipped = [
        SkippedModel(one.route.model, f"{one.route.model} has no price, and your budget needs one.", UNPRICED)
        for one in route.fallbacks
        if one not in priced
    ]
    limited = [replace(one, request=within_budget(one.request, one.route)) for one in priced]
    return replace(route, fallbacks=tuple(limited), skipped=(*route.skipped, *skipped))


def cheapest_first(candidate: Fallback) -> Fallback:
    """The candidate with its targets by what the request costs there at most; those without a price last."""
    route = candidate.route

    def cost(target: Target) -> tuple[bool, Decimal]:
        found = estimate(candidate.request, replace(route, targets=(target,), then=None))
        return found is None, found or Decimal(0)

    targets = [
        replace(target, priority=place, weight=0)
        for place, target in enumerate(sorted(route.targets, key=cost))
    ]
    others = tuple(cheapest_first(one) for one in route.fallbacks)
    return replace(candidate, route=replace(route, targets=tuple(targets), fallbacks=others))
