"""The estimates of each task, and the upper bound of a request's cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from core.contract.requests import Request
from core.contract.route import Route, Target
from core.contract.tasks import Task, TaskTable
from core.contract.usage import Kind, Price, Unit, Usage
from core.ledger import pricing
from core.ledger.estimates import chat, embedding, image, speech, transcription, translation
from core.ledger.estimates.base import Estimates
from core.ledger.price_sheet import Line

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


def estimate(request: Request, route: Route, at: datetime | None = None) -> Decimal | None:
    """The most a request can cost, USD: at the dearest of its targets, plus the dearest of a second model's.

    None when one of the targets has no price.
    """
    now = at or datetime.now(UTC)
    estimates = ESTIMATES[request.task]
    first = dearest(
        route.targets,
        lambda target, line: estimates.upper_bound(request, target, line),
        now,
        request.task,
        lambda target: estimates.fees(request, target),
        lambda target: estimates.facts(request, target, Usage()),
        lambda price: estimates.possible(request, price),
    )
    second = estimates.upper_bound_of_second_model
    if route.then is None or first is None or second is None:
        return first
    then = dearest(route.then.targets, lambda _target, line: second(request, line), now, Task.CHAT)
    return None if then is None else first + then


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


def dearest(
    targets: Sequence[Target],
    quantity: Callable[[Target, Line], Decimal],
    now: datetime,
    task: Task,
    fees: Callable[[Target], Decimal] = lambda _target: Decimal(0),
    facts: Callable[[Target], Mapping[str, Any]] = lambda _target: {},
    possible: Callable[[Price], bool] = lambda _price: True,
) -> Decimal | None:
    """The highest cost at one of `targets`, each line as large as `quantity` says, with its `fees` and the
    surcharges for its `facts`; None where one has no price. Of prices that are not `possible` none counts,
    where others are."""
    worst = Decimal(0)
    for target in targets:
        prices = [price for price in target.prices if possible(price)] or target.prices
        bound = pricing.upper_bound(
            lambda line, at=target: quantity(at, line), prices, now, task, facts(target)
        )
        if bound is None:
            return None
        worst = max(worst, bound + fees(target))
    return worst
