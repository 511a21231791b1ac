"""Model after model, by scripts of their attempts."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from functools import partial

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import (
    AuthenticationFailed,
    BudgetExceeded,
    PolyphonyError,
    Unavailable,
    Unsupported,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.contract.events import AttemptFailed, AudioChunk, AudioStart, Outcome, Started, Used
from core.contract.route import Fallback, Policy, Route, SkippedModel, Target
from core.contract.routing import RoutingRules
from core.contract.speech import SpeechRequest
from core.contract.usage import Usage
from core.routing.fallback import asks_next, run_with_fallbacks
from core.routing.health import Health
from core.routing.run import run
from tests.core.routing.attempt_log import MemoryAttemptLog
from tests.core.routing.test_run import Script

pytestmark = pytest.mark.anyio

START, CHUNK, USED = AudioStart(AudioFormat.PCM, 24_000), AudioChunk(b"\1\2"), Used(Usage())
QUICK = Policy(retries=0, backoff=0.001, deadline=5.0)
SKIPPED = SkippedModel("lab/x", "lab/x cannot speak.", "wrong_endpoint")


def target(id: int) -> Target:
    return Target(id, f"p{id}", f"P{id}", "w", "http://x.test", f"m{id}")


def road(*models: str, policy: Policy = QUICK, skipped: tuple[SkippedModel, ...] = ()) -> Route:
    routes = [Route(name, (target(number),), policy) for number, name in enumerate(models, 1)]
    others = tuple(Fallback(one, SpeechRequest(one.model, "Hello")) for one in routes[1:])
    return replace(routes[0], fallbacks=others, skipped=skipped)


async def collect(
    route: Route, script: Script, attempts: MemoryAttemptLog, rules: RoutingRules | None = None
):
    request = SpeechRequest(route.model, "Hello", routing=rules or RoutingRules())
    runner = partial(run, call=script)
    async with aclosing(run_with_fallbacks(route, request, attempts, Health(), runner)) as events:
        return [event async for event in events]


async def test_the_next_model_answers_and_the_failure_is_told():
    attempts = MemoryAttemptLog()
    script = Script([UpstreamFailed("oops")], [START, CHUNK, USED])
    assert await collect(road("a", "b", skipped=(SKIPPED,)), script, attempts) == [
        AttemptFailed(1, "P1", Outcome.FAILED, "oops", "a", "upstream_failed", 500, "P2", "b"),
        AttemptFailed(0, "", Outcome.FAILED, "lab/x cannot speak.", "lab/x", "wrong_endpoint"),
        Started("P2", "m2", 2),
        START,
        CHUNK,
        USED,
    ]
    assert attempts.log == [
        "open 1",
        "close failed",
        "fall back to b",
        "open 2",
        "first event",
        "close completed",
    ]


async def test_after_content_no_model_is_asked():
    attempts = MemoryAttemptLog()
    with pytest.raises(UpstreamFailed):
        await collect(road("a", "b"), Script([START, CHUNK, UpstreamFailed("cut")]), attempts)
    assert attempts.outcomes == [Outcome.PARTIAL]


async def test_the_last_failure_lists_all_attempts():
    policy = replace(QUICK, retries=1)
    script = Script([UpstreamFailed("a")], [UpstreamLimited("b", retry_after=0)], [UpstreamInvalid("c")])
    with pytest.raises(UpstreamInvalid) as caught:
        await collect(road("a", "b", policy=policy), script, MemoryAttemptLog())
    assert caught.value.metadata == {
        "provider_name": "P2",
        "previous_errors": [
            {"provider": "P1", "model": "a", "code": "upstream_failed", "status": 502},
            {"provider": "P1", "model": "a", "code": "upstream_rate_limited", "status": 429},
        ],
    }


async def test_skipped_models_alone_are_in_the_error():
    with pytest.raises(UpstreamFailed) as caught:
        await collect(road("a", skipped=(SKIPPED,)), Script([UpstreamFailed("a")]), MemoryAttemptLog())
    assert caught.value.metadata["skipped_models"] == [
        {"model": "lab/x", "code": "wrong_endpoint", "reason": "lab/x cannot speak."}
    ]


async def test_a_budget_that_is_used_up_ends_it():
    attempts = MemoryAttemptLog(afford=1)
    with pytest.raises(BudgetExceeded):
        await collect(road("a", "b", "c"), Script([UpstreamFailed("a")]), attempts)
    assert attempts.opened == 1


async def test_a_silent_model_is_given_up_where_another_follows():
    policy = replace(QUICK, deadline=30.0, first_event=0.05)
    found = await collect(
        road("a", "b", policy=policy), Script([20.0], [START, CHUNK, USED]), MemoryAttemptLog()
    )
    assert found[:2] == [
        AttemptFailed(
            1,
            "P1",
            Outcome.FAILED,
            "The provider brought nothing in time.",
            "a",
            "upstream_timeout",
            None,
            "P2",
            "b",
        ),
        Started("P2", "m2", 2),
    ]


async def test_which_of_several_providers_is_next_is_not_known_yet():
    way = road("a", "b")
    (spare,) = way.fallbacks
    several = replace(spare, route=replace(spare.route, targets=(target(2), target(3))))
    script = Script([UpstreamLimited("full")], [START, CHUNK, USED])
    failed, *_ = await collect(replace(way, fallbacks=(several,)), script, MemoryAttemptLog())
    assert (failed.next_provider, failed.next_model) == ("", "b")


async def test_all_models_have_one_deadline():
    attempts = MemoryAttemptLog()
    with pytest.raises(UpstreamTimeout):
        await collect(road("a", "b", policy=replace(QUICK, deadline=0.1)), Script([20.0]), attempts)
    assert attempts.opened == 1


def refused(status: int) -> UpstreamRefused:
    return UpstreamRefused("no", status=status)


@pytest.mark.parametrize(
    ("error", "by_default", "any_error", "by_code"),
    [
        (UpstreamFailed("x"), True, True, {500, 502}),
        (UpstreamLimited("x"), True, True, {429}),
        (UpstreamTimeout("x"), True, True, {408, 504}),
        (UpstreamUnreachable("x"), True, True, {502}),
        (UpstreamInvalid("x"), True, True, {502}),
        (UpstreamDenied("x"), True, True, {401, 502}),
        (Unavailable("x"), True, True, {503}),
        (refused(404), False, True, {404}),
        (refused(400), False, True, {400}),
        (Unsupported("x"), False, True, {400}),
        (BudgetExceeded("x"), False, False, set()),
        (AuthenticationFailed("x"), False, False, set()),
    ],
)
def test_which_failures_are_followed_by_another_model(error: PolyphonyError, by_default, any_error, by_code):
    if isinstance(error, UpstreamFailed):
        error.answered = 500
    if isinstance(error, UpstreamDenied):
        error.answered = 401
    assert asks_next(error, RoutingRules()) is by_default
    assert asks_next(error, RoutingRules(any_error=True)) is any_error
    codes = {400, 401, 402, 404, 408, 429, 500, 502, 503, 504, 529}
    assert {
        code for code in codes if asks_next(error, RoutingRules(fallback_codes=frozenset({code})))
    } == by_code
