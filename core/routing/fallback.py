"""Asks one model after the other until content was delivered; never after that."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from time import monotonic
from typing import Any

from core.contract.errors import (
    BudgetExceeded,
    EndpointFull,
    PolyphonyError,
    Unavailable,
    Unsupported,
    UpstreamError,
)
from core.contract.events import AttemptFailed, Event, Outcome, Started
from core.contract.requests import Request
from core.contract.route import Fallback, Route, SkippedModel
from core.contract.routing import RoutingRules
from core.routing.attempt import AttemptLog
from core.routing.ceilings.places import tell_skipped
from core.routing.health import Health
from core.routing.retry import answered_status, has_status, may_succeed_elsewhere

Runner = Callable[[Route, Any, AttemptLog, Health], AsyncGenerator[Event, None]]


async def run_with_fallbacks(
    route: Route, request: Request, attempts: AttemptLog, health: Health, runner: Runner
) -> AsyncGenerator[Event, None]:
    """The events of the first model that answers; `AttemptFailed` for each that does not, as `run` yields it.

    Models without what the request needs are told as failed attempts without a number. All have the longest
    of their deadlines together. Raises the last failure, with the attempts before it in its `metadata`.
    """
    begun, earlier, skipped = monotonic(), [], route.skipped
    full: list[dict[str, Any]] = []
    failure: PolyphonyError | None = None
    answered: PolyphonyError | None = None
    most = max(each.policy.deadline for each in (route, *(one.route for one in route.fallbacks)))
    for number, fallback in enumerate((None, *route.fallbacks)):
        if fallback is not None:
            request = attempts.fall_back(fallback)
        present = route if fallback is None else fallback.route
        left = most - (monotonic() - begun)
        policy = replace(
            present.policy,
            deadline=min(present.policy.deadline, left),
            others_follow=number < len(route.fallbacks),
        )
        committed = False
        try:
            async with aclosing(runner(replace(present, policy=policy), request, attempts, health)) as events:
                async for event in events:
                    committed = committed or type(event) is Started
                    yield event
            return
        except PolyphonyError as error:
            dear = too_dear(error, fallback)
            if failure is not None and dear is not None and attempts.withdraw(dear):
                skipped = (*skipped, dear)
                yield skipped_event(dear)
                continue
            failure = error
        full += failure.metadata.get("skipped_models", ())
        if not isinstance(failure, EndpointFull):
            answered = failure
            earlier += summaries(failure, present.model)
        late = number == len(route.fallbacks) or monotonic() - begun >= most
        if committed or late or not asks_next(failure, request.routing):
            raise with_earlier(answered or failure, earlier[:-1], skipped, full)
        yield failure_event(failure, len(earlier), present, route.fallbacks[number].route)
        for one in route.skipped if number == 0 else ():
            yield skipped_event(one)
    assert failure is not None
    raise with_earlier(answered or failure, earlier[:-1], skipped, full)


def too_dear(error: PolyphonyError, fallback: Fallback | None) -> SkippedModel | None:
    """A model that the caller did not ask for, and for which no budget has enough left."""
    if fallback is None or not fallback.optional or not isinstance(error, BudgetExceeded):
        return None
    model = fallback.route.model
    return SkippedModel(model, f"Your budget has not enough left for {model}.", error.provider_code)


def skipped_event(skipped: SkippedModel) -> AttemptFailed:
    return AttemptFailed(0, "", Outcome.FAILED, skipped.reason, skipped.model, skipped.code)


def failure_event(failure: PolyphonyError, number: int, failed: Route, following: Route) -> AttemptFailed:
    """That a model failed, and that of `following` is asked now: which provider is known where it has one."""
    providers = {target.provider_name for target in following.targets}
    return AttemptFailed(
        0 if isinstance(failure, EndpointFull) else number,
        failed_provider(failure),
        Outcome.FAILED,
        failure.message,
        failed.model,
        failure.provider_code,
        answered_status(failure),
        providers.pop() if len(providers) == 1 else "",
        following.model,
    )


def failed_provider(failure: PolyphonyError) -> str:
    """By name: who failed last, or was the last one found full."""
    full = failure.metadata["skipped_models"][-1]["provider"] if isinstance(failure, EndpointFull) else ""
    return full or str(failure.metadata.get("provider_name", ""))


def asks_next(error: PolyphonyError, rules: RoutingRules) -> bool:
    """Whether another model is asked after `error`: never after what concerns the caller alone."""
    if not isinstance(error, UpstreamError | Unavailable | Unsupported):
        return False
    if rules.fallback_codes is not None:
        return has_status(error, rules.fallback_codes)
    return rules.any_error or may_succeed_elsewhere(error)


def summaries(error: PolyphonyError, model: str) -> list[dict[str, Any]]:
    """The attempts of one model, the last one `error`."""
    return [
        *error.metadata.get("previous_errors", ()),
        {
            "provider": error.metadata.get("provider_name", ""),
            "model": model,
            "code": error.provider_code,
            "status": error.status,
        },
    ]


def with_earlier(
    error: PolyphonyError,
    earlier: list[dict[str, Any]],
    skipped: tuple[SkippedModel, ...],
    full: list[dict[str, Any]],
) -> PolyphonyError:
    """`error` with the attempts before it, of all models, the models not asked and the endpoints full."""
    if earlier:
        error.metadata["previous_errors"] = earlier
    if full:
        error.metadata["skipped_models"] = full
    return tell_skipped(error, skipped)
