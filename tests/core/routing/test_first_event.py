"""How long a target may take to its first content, and which failures are tried again there."""

from __future__ import annotations

import asyncio

import pytest

from core.contract.errors import UpstreamFailed
from core.contract.events import Started
from core.contract.route import Policy
from core.contract.speech import SpeechRequest
from core.providers.shared.waits.deadline import Deadline
from core.routing.attempt import NO_LIMIT, FirstEventLimit, RunningAttempt
from core.routing.run import first_event_limit
from tests.core.routing.attempt_log import MemoryAttemptLog
from tests.core.routing.test_run import CHUNK, START, USED, Script, collect, failure, route

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("policy", "streamed", "last", "expected"),
    [
        (Policy(first_event=60.0), True, False, FirstEventLimit(60.0, True, False)),
        (Policy(first_event=60.0), True, True, NO_LIMIT),
        (Policy(first_event=60.0, others_follow=True), True, True, FirstEventLimit(60.0, True, False)),
        (Policy(first_event=60.0), False, False, FirstEventLimit(60.0, True, True)),
        (Policy(first_event=60.0), False, True, NO_LIMIT),
        (Policy(first_event=60.0, call_timeout=1.0), False, True, FirstEventLimit(1.0)),
        (Policy(), True, False, FirstEventLimit(None, True, False)),
    ],
)
def test_of_an_answer_in_one_piece_the_beginning_is_enough(policy, streamed, last, expected):
    assert first_event_limit(policy, SpeechRequest("m", "x", streamed=streamed), last=last) == expected


@pytest.mark.parametrize(("answered", "silent"), [(True, False), (False, True)])
async def test_an_answer_that_has_begun_is_awaited(answered, silent):
    """The provider has sent the beginning of an answer in one piece, then takes longer than the limit."""
    attempt = RunningAttempt(
        route().targets[0], MemoryAttemptLog(), Deadline(30.0), FirstEventLimit(0.05, answered=True)
    )
    async with attempt:
        attempt.sending.answered = answered
        attempt.timer.start()
        await asyncio.sleep(0.3)
        attempt.timer.stop()
        attempt.used = USED
    assert (attempt.silent, attempt.error is None) == (silent, not silent)


async def test_a_call_that_took_too_long_may_be_tried_again():
    policy = Policy(retries=1, backoff=0.001, deadline=30.0, call_timeout=0.05)
    found = await collect(route(1, policy), Script([20.0], [START, CHUNK, USED]), MemoryAttemptLog())
    assert found[1] == Started("Ada", "m1", 2)


@pytest.mark.parametrize(("codes", "opened"), [({429}, 1), ({502}, 3), ({500}, 3), (None, 3)])
async def test_only_the_named_statuses_are_tried_again(codes, opened):
    error = UpstreamFailed("x")
    error.answered = 500
    policy = Policy(retries=2, backoff=0.001, retry_codes=None if codes is None else frozenset(codes))
    attempts = MemoryAttemptLog()
    await failure(route(1, policy), Script(*[[error]] * 3), attempts, UpstreamFailed)
    assert attempts.opened == opened
