"""The estimates of each task, and the upper bound of a request's cost."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from core.contract.requests import Request
from core.contract.route import Route, Target
from core.contract.tasks import Task, TaskTable
from core.contract.usage import Kind, Unit, Usage
from core.ledger import pricing
from core.ledger.estimates import chat, embedding, image, speech, transcription, translation
from core.ledger.estimates.base import Estimates
from core.ledger.price_sheet import sheet_of

R = TypeVar("R", bound=Request)

ESTIMATES: TaskTable[Estimates[Any]] = TaskTable(
    "ledger",
    {
        Task.SPEECH: speech.ESTIMATES,
        Task.TRANSCRIPTION: transcription.ESTIMATES,
        Task.TRANSLATION: translation.ESTIMATES,
        Task.CHAT: chat.ESTIMATES,
        Task.IMAGE: image.ESTIMATES,
        Task.EMBEDDING: embedding.ESTIMATES,
    },
)


def estimate(request: Request, route: Route) -> Decimal | None:
    """The most a request can cost, USD: at the dearest of its targets, plus the dearest of a second model's.

    None when one of the targets has no price.
    """
    first = dearest(most_at(request, target) for target in route.targets)
    second = ESTIMATES[request.task].upper_bound_of_second_model
    if route.then is None or first is None or second is None:
        return first
    quantity = partial(second, request)
    then = dearest(
        pricing.upper_bound(quantity, sheet_of(target.prices), Task.CHAT) for target in route.then.targets
    )
    return None if then is None else first + then


def most_at(request: Request, target: Target) -> Decimal | None:
    """The most a request can cost at a target, with its fees; None where that has no price.

    Of prices that are not possible for the request none counts, where others are.
    """
    estimates = ESTIMATES[request.task]
    possible = tuple(price for price in target.prices if estimates.possible(request, price))
    sheet = sheet_of(possible or target.prices)
    facts = estimates.facts(request, target, Usage()) if sheet.conditional else {}
    bound = pricing.upper_bound(estimates.upper_bound(request, target), sheet, request.task, facts)
    return None if bound is None else bound + estimates.fees(request, target)


def dearest(costs: Iterable[Decimal | None]) -> Decimal | None:
    """The highest of `costs`; None where one is not known."""
    worst = Decimal(0)
    for cost in costs:
        if cost is None:
            return None
        worst = max(worst, cost)
    return worst


def second_request(first: Request, second: Request) -> Request:
    """The request for the second model with the limit on its answer that was reserved for."""
    bound, limited = ESTIMATES[first.task].upper_bound_of_second_model, ESTIMATES[second.task].limited
    if bound is None or limited is None:
        return second
    return limited(second, int(bound(first, (Kind.TEXT_OUT, Unit.TOKEN))))


LEAST_LIMIT = 256
"""Tokens: with a shorter limit an answer would be cut before it says anything."""


def within_budget(request: R, route: Route) -> R:
    """`request` with the largest limit for callers who set none."""
    row = ESTIMATES[request.task]
    if row.limited is None:
        return request
    return row.limited(request, max((row.most_limit(request, target) for target in route.targets), default=0))


def least_cost(request: Request, route: Route) -> Decimal | None:
    """The least that has to be reserved for `request`: for an answer with the shortest limit."""
    row = ESTIMATES[request.task]
    if row.limited is None:
        return estimate(request, route)
    most = max((row.most_limit(request, target) for target in route.targets), default=0)
    return estimate(row.limited(request, min(LEAST_LIMIT, most)), route)


def fitted(request: Request, route: Route, amount: Decimal) -> Request:
    """`request` with the largest limit that costs at most `amount`.

    The cost at the dearest target is convex in the limit, so a straight line between two limits is above it.
    """
    row = ESTIMATES[request.task]
    if row.limited is None:
        return request
    most = max(row.most_limit(request, target) for target in route.targets)
    low = min(LEAST_LIMIT, most)
    bounds = [estimate(row.limited(request, tokens), route) or Decimal(0) for tokens in (low, most)]
    if amount >= bounds[1]:
        return row.limited(request, most)
    share = (amount - bounds[0]) / (bounds[1] - bounds[0])
    found = row.limited(request, low + int((most - low) * max(share, Decimal(0))))
    fits = (estimate(found, route) or Decimal(0)) <= amount
    return found if fits else row.limited(request, low)
