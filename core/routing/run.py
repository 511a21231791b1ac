"""One request on its way: choose, write down, try, and try again until something was delivered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count
from time import monotonic
from typing import cast

from core.contract.errors import PolyphonyError, Unavailable, Unsupported
from core.contract.events import AttemptFailed, Event, Outcome, Used
from core.contract.requests import Request
from core.contract.route import Route, Target
from core.contract.tasks import Task
from core.providers import adapter
from core.providers.shared.deadline import Deadline
from core.routing.attempt import Answering, RunningAttempt
from core.routing.attempts import AttemptLog
from core.routing.choose import order
from core.routing.health import Health
from core.routing.retry import elsewhere, wait

METHODS = {
    Task.SPEECH: "speak",
    Task.TRANSCRIPTION: "transcribe",
    Task.TRANSLATION: "translate",
    Task.CHAT: "chat",
}
"""What the Protocols of `core/providers/base.py` call each task; having the method is the capability."""


def answer(target: Target, request: Request) -> AsyncGenerator[Event, None]:
    """The adapter's events for `request`. Raises `Unsupported` where its wire has no such method."""
    method = getattr(adapter(target.wire), METHODS[request.task], None)
    if method is None:
        raise Unsupported(f"{target.provider_name} cannot do {request.task}.")
    return cast(AsyncGenerator[Event, None], method(target, request))


async def run(
    route: Route, request: Request, attempts: AttemptLog, health: Health, answering: Answering = answer
) -> AsyncGenerator[Event, None]:
    """`Attempted` for each failure that is made good, `Started`, the content, `Used`.

    Raises the last failure, the earlier ones named in its `metadata`; after the first content event there
    is no other try. The deadline counts waiting for providers, not the time the reader takes.
    """
    policy, patience = route.policy, Deadline(route.policy.deadline)
    failed: list[RunningAttempt] = []
    targets = order(route.targets, health.resting)
    for target in targets:
        limit = None if target is targets[-1] else policy.first_event
        for tries in count(1):
            if failed:
                yield _told(failed[-1])
            attempt = RunningAttempt(target, attempts, patience, limit)
            waiting = attempt.waiting
            async with attempt, aclosing(answering(target, request)) as source:
                # read right here: one more generator or call around the source would cost every delta
                while True:
                    try:
                        waiting.since = since = monotonic()
                        event = await anext(source)
                    except StopAsyncIteration:
                        break
                    finally:
                        waiting.since = None
                        patience.left -= monotonic() - since
                    if type(event) is Used:
                        attempt.used = event
                        break
                    if not attempt.committed and (began := attempt.note(event)):
                        yield began
                    yield event
            health.record(target, attempt.error)
            if attempt.error is None:
                assert attempt.used is not None
                yield attempt.used
                return
            failed.append(attempt)
            if attempt.committed or patience.left <= 0 or not elsewhere(attempt.error):
                raise _last(failed)
            pause = None if attempt.silent else wait(policy, tries, attempt.error, random.random())
            if pause is None or pause >= patience.left:
                break
            await asyncio.sleep(pause)
            patience.left -= pause
    raise _last(failed)


def _told(attempt: RunningAttempt) -> AttemptFailed:
    reason = attempt.error.message if attempt.error else ""
    return AttemptFailed(attempt.number, attempt.target.provider_name, Outcome.FAILED, reason)


def _last(failed: list[RunningAttempt]) -> PolyphonyError:
    """The error to raise: the last one, with the providers and codes of those before it."""
    if not failed or failed[-1].error is None:
        return Unavailable("No provider serves this model at the moment.")
    error = failed[-1].error
    error.metadata.setdefault("provider_name", failed[-1].target.provider_name)
    if earlier := [_note(attempt) for attempt in failed[:-1]]:
        error.metadata["previous_errors"] = earlier
    return error


def _note(attempt: RunningAttempt) -> dict[str, str | int | None]:
    error = attempt.error
    return {
        "provider": attempt.target.provider_name,
        "code": error.provider_code if error else None,
        "status": error.status if error else None,
    }
