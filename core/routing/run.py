"""Runs one request: choose a target, log the attempt, call it, and try again until content was delivered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from itertools import count

from core.contract.errors import EndpointFull, PolyphonyError, Unavailable, Unsupported
from core.contract.events import AttemptFailed, Event, Outcome, Used
from core.contract.requests import Request
from core.contract.route import Policy, Route, SkippedModel, Target
from core.providers import registry
from core.providers.base import AdapterMethod
from core.providers.shared.audio.input import accepted, has_formats
from core.providers.shared.audio.output import encoded
from core.providers.shared.scrub.answer import scrubbed
from core.providers.shared.scrub.spellings import spellings_of
from core.providers.shared.waits.deadline import Deadline
from core.routing.attempt import AttemptLog, FirstEventLimit, RunningAttempt
from core.routing.ceilings.places import all_full, skipped, tell_skipped
from core.routing.choose import order
from core.routing.health import Health
from core.routing.hedge import Race, hedge_seconds
from core.routing.retry import answered_status, backoff, may_succeed_elsewhere


def call_adapter(target: Target, request: Request) -> AsyncGenerator[Event, None]:
    """The adapter's events for `request`, without the key of `target` where the provider wrote it back.

    Raises `Unsupported` where its wire cannot do the task, `Unavailable` where its key is locked.
    """
    method = registry.method(target.wire, request.task)
    if method is None:
        raise Unsupported(f"{target.provider_name} cannot do {request.task}.")
    limited = has_formats(target)
    events = with_accepted_audio(target, request, method) if limited else method(target, request)
    spellings = spellings_of(target)
    events = events if spellings is None else scrubbed(events, spellings)
    return events if target.encoding is None else encoded(events, target.encoding)


async def with_accepted_audio(
    target: Target, request: Request, method: AdapterMethod
) -> AsyncGenerator[Event, None]:
    """What `method` yields for `request`, whose audio is converted first where `target` does not take it."""
    async with accepted(target, request) as (sent, conversions):
        for conversion in conversions:
            yield conversion
        async with aclosing(method(target, sent)) as events:
            async for event in events:
                yield event


async def run(
    route: Route, request: Request, attempts: AttemptLog, health: Health, call: AdapterMethod = call_adapter
) -> AsyncGenerator[Event, None]:
    """`AttemptFailed` for each failure that is followed by another attempt, `Started`, the content, `Used`.

    Raises the last failure, the earlier ones listed in its `metadata`; after the first content event there
    is no other attempt. The deadline counts waiting for providers, not the time the reader takes.
    """
    policy, deadline = route.policy, Deadline(route.policy.deadline)
    failed: list[RunningAttempt] = []
    full: list[tuple[SkippedModel, EndpointFull]] = []
    before: AttemptFailed | None = None
    targets = order(route.targets, await health.resting(route.targets))
    rules = request.routing.provider
    if not rules.allow_fallbacks:
        targets = targets[:1]
    hedge = rules.hedge if rules.hedge is not None and rules.hedge.wanted else None
    for target in targets:
        last = target is targets[-1]
        limit = first_event_limit(policy, request, last=last)
        if before is not None:
            yield replace(before, next_provider=target.provider_name)
        for tries in count(1):
            try:
                place = await health.ceilings.enter(target, deadline, last=last and not policy.others_follow)
            except EndpointFull as error:
                skip = skipped(target, route.model, error)
                full.append((skip, error))
                attempts.skip(skip)
                before = full_event(skip)
                break
            attempt = RunningAttempt(health.credentials.choose(target), attempts, deadline, limit)
            with place:
                if hedge is not None and target is targets[0] and tries == 1 and len(targets) > 1:
                    after = hedge_seconds(hedge, target)
                    race = Race(request, attempts, call, health.ceilings, attempt, place, after)
                    other = health.credentials.choose(targets[1])
                    own = first_event_limit(policy, request, last=len(targets) == 2)
                    async with aclosing(race.events(other, own, deadline)) as source:
                        async for event in source:
                            yield event
                    attempt = race.attempt
                    for one in race.others:
                        health.record(one.target, one.error)
                    failed += race.others
                else:
                    async with attempt, aclosing(call(attempt.target, attempts.bounded(request))) as source:
                        attempt.timer.start()
                        async for event in source:
                            attempt.timer.stop()
                            if type(event) is Used:
                                attempt.used = event
                                break
                            if not attempt.committed and (started := attempt.note(event)):
                                yield started
                            yield event
                            attempt.timer.start()
            another_key = health.record(attempt.target, attempt.error)
            if attempt.error is None:
                assert attempt.used is not None
                yield attempt.used
                return
            failed.append(attempt)
            if attempt.committed or deadline.left <= 0 or not may_succeed_elsewhere(attempt.error):
                raise _final_error(failed, full, route)
            before = failure_event(attempt, route, target)
            if another_key and tries < len(target.credentials):
                yield before
                continue
            given_up = attempt.silent and policy.call_timeout is None
            pause = None if given_up else backoff(policy, tries, attempt.error, random.random())
            if pause is None or pause >= deadline.left:
                break
            yield before
            await asyncio.sleep(pause)
            deadline.left -= pause
    raise _final_error(failed, full, route)


def first_event_limit(policy: Policy, request: Request, *, last: bool) -> FirstEventLimit:
    """A caller's own limit counts from the start of the call."""
    if policy.call_timeout is not None:
        return FirstEventLimit(policy.call_timeout)
    if last and not policy.others_follow:
        return FirstEventLimit()
    return FirstEventLimit(policy.first_event, after_upload=True, answered=not request.streamed)


def failure_event(attempt: RunningAttempt, route: Route, next_target: Target) -> AttemptFailed:
    """That an attempt failed, and that `next_target` is asked now."""
    assert attempt.error is not None
    return AttemptFailed(
        attempt.number,
        attempt.target.provider_name,
        Outcome.FAILED,
        attempt.error.message,
        route.model,
        attempt.error.provider_code,
        answered_status(attempt.error),
        next_target.provider_name,
        route.model,
    )


def full_event(skip: SkippedModel) -> AttemptFailed:
    """That an endpoint got no call."""
    return AttemptFailed(
        0, skip.provider, Outcome.FAILED, skip.reason, skip.model, skip.code, next_model=skip.model
    )


def _final_error(
    failed: list[RunningAttempt], full: list[tuple[SkippedModel, EndpointFull]], route: Route
) -> PolyphonyError:
    """The error to raise: the last one, with those before it and the endpoints that were full."""
    error = _last_error(failed, [error for _, error in full], route)
    return tell_skipped(error, [skip for skip, _ in full])


def _last_error(failed: list[RunningAttempt], full: list[EndpointFull], route: Route) -> PolyphonyError:
    """The last failure, with the providers and codes of those before it."""
    if not failed and full:
        return all_full(route.model, full)
    if not failed or failed[-1].error is None:
        return Unavailable("No provider serves this model at the moment.")
    error = failed[-1].error
    error.metadata.setdefault("provider_name", failed[-1].target.provider_name)
    if earlier := [_summary(attempt, route) for attempt in failed[:-1]]:
        error.metadata["previous_errors"] = earlier
    return error


def _summary(attempt: RunningAttempt, route: Route) -> dict[str, str | int | None]:
    error = attempt.error
    return {
        "provider": attempt.target.provider_name,
        "model": route.model,
        "code": error.provider_code if error else None,
        "status": error.status if error else None,
    }
