"""The estimates of each task, and the upper bound of a request's cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.contract.requests import Request
from core.contract.route import Route, Target
from core.contract.tasks import Task, TaskTable
from core.ledger import pricing
from core.ledger.estimates import chat, speech, transcription, translation
from core.ledger.estimates.base import Estimates
from core.ledger.price_sheet import Line

ESTIMATES: TaskTable[Estimates[Any]] = TaskTable(
    "ledger",
    {
        Task.SPEECH: speech.ESTIMATES,
        Task.TRANSCRIPTION: transcription.ESTIMATES,
        Task.TRANSLATION: translation.ESTIMATES,
        Task.CHAT: chat.ESTIMATES,
    },
)


def estimate(request: Request, route: Route, at: datetime | None = None) -> Decimal | None:
    """The most a request can cost, USD: at the dearest of its targets, plus the dearest of a second model's.

    None when one of the targets has no price.
    """
    now = at or datetime.now(UTC)
    estimates = ESTIMATES[request.task]
    first = dearest(route.targets, lambda target, line: estimates.upper_bound(request, target, line), now)
    second = estimates.upper_bound_of_second_model
    if route.then is None or first is None or second is None:
        return first
    then = dearest(route.then.targets, lambda _target, line: second(request, line), now)
    return None if then is None else first + then


def dearest(
    targets: Sequence[Target], quantity: Callable[[Target, Line], Decimal], now: datetime
) -> Decimal | None:
    """The highest cost at one of `targets`, each line as large as `quantity` says; None where one has no
    price."""
    worst = Decimal(0)
    for target in targets:
        bound = pricing.upper_bound(lambda line, at=target: quantity(at, line), target.prices, now)
        if bound is None:
            return None
        worst = max(worst, bound)
    return worst
