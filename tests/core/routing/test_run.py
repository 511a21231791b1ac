from __future__ import annotations

import asyncio
import gc
from contextlib import aclosing
from weakref import ref

import pytest

from core.contract.audio import AudioFormat
from core.contract.errors import (
    BudgetExceeded,
    InvalidRequest,
    Unavailable,
    Unsupported,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from core.contract.events import AttemptFailed, AudioChunk, AudioStart, Outcome, Progress, Started, Used
from core.contract.route import Policy, Route, Target
from core.contract.speech import SpeechRequest
from core.contract.usage import Usage
from core.providers import registry
from core.routing.health import Health
from core.routing.run import call_adapter, run
from tests.core.routing.attempt_log import MemoryAttemptLog

pytestmark = pytest.mark.anyio

REQUEST = SpeechRequest("m", "Hello")
START, CHUNK, USED = AudioStart(AudioFormat.PCM, 24_000), AudioChunk(b"\1\2"), Used(Usage())
QUICK = Policy(retries=1, backoff=0.001, max_wait=0.05, deadline=5.0)


def route(count: int = 1, policy: Policy = QUICK) -> Route:
    names = ("Ada", "Bell", "Cox")
    targets = tuple(
        Target(n + 1, names[n].lower(), names[n], "w", "http://x.test", f"m{n + 1}") for n in range(count)
    )
    return Route("m", targets, policy)


class Script:
    """Adapters by script: each try takes the next list; an exception in it is raised there."""

    def __init__(self, *tries: list, log: list | None = None) -> None:
        self.tries = list(tries)
        self.log: list = [] if log is None else log

    async def __call__(self, target, request):
        try:
            for step in self.tries.pop(0):
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.log.append("upstream closed")


async def read(
    way: Route, script, attempts: MemoryAttemptLog, seen: list, health: Health | None = None
) -> list:
    async with aclosing(run(way, REQUEST, attempts, health or Health(), script)) as found:
        async for event in found:
            seen.append(event)
    return seen


async def collect(way: Route, script, attempts: MemoryAttemptLog, health: Health | None = None) -> list:
    return await read(way, script, attempts, [], health)


async def failure(way: Route, script: Script, attempts: MemoryAttemptLog, kind: type[Exception]):
    with pytest.raises(kind) as caught:
        await collect(way, script, attempts)
    assert type(caught.value) is kind
    return caught.value


async def test_run_tells_who_answers_before_the_first_content():
    attempts = MemoryAttemptLog()
    found = await collect(route(), Script([Progress("queued", 0), START, CHUNK, USED]), attempts)
    assert found == [Progress("queued", 0), Started("Ada", "m1", 1), START, CHUNK, USED]
    assert attempts.log == ["open 1", "first event", "close completed"]
    assert attempts.closed == [(Outcome.COMPLETED, USED.usage, None)]


async def test_a_failure_before_content_is_tried_again():
    attempts = MemoryAttemptLog()
    found = await collect(route(), Script([UpstreamFailed("oops")], [START, CHUNK, USED]), attempts)
    assert found == [
        AttemptFailed(1, "Ada", Outcome.FAILED, "oops", "m", "upstream_failed", 500, "Ada", "m"),
        Started("Ada", "m1", 2),
        START,
        CHUNK,
        USED,
    ]
    assert attempts.outcomes == [Outcome.FAILED, Outcome.COMPLETED]


async def test_the_status_of_the_answer_is_told_before_the_wait():
    limited = UpstreamLimited("full", retry_after=60)
    limited.answered = 529
    way, script = route(policy=Policy(max_wait=60, deadline=90)), Script([limited])
    async with (
        asyncio.timeout(30),
        aclosing(run(way, REQUEST, MemoryAttemptLog(), Health(), script)) as told,
    ):
        failed = await anext(told)
    assert (failed.code, failed.status) == ("upstream_rate_limited", 529)


@pytest.mark.parametrize("error", [UpstreamDenied("no"), UpstreamInvalid("odd"), Unavailable("locked")])
async def test_a_failure_that_will_not_change_moves_on_at_once(error):
    attempts = MemoryAttemptLog()
    found = await collect(route(2), Script([error], [START, CHUNK, USED]), attempts)
    assert found[:2] == [
        AttemptFailed(1, "Ada", Outcome.FAILED, error.message, "m", error.provider_code, None, "Bell", "m"),
        Started("Bell", "m2", 2),
    ]
    assert attempts.log == ["open 1", "close failed", "open 2", "first event", "close completed"]


async def test_a_long_retry_after_moves_on_without_waiting():
    script = Script([UpstreamLimited("busy", retry_after=3600)], [START, USED])
    found = await collect(route(2), script, MemoryAttemptLog())
    assert found[1] == Started("Bell", "m2", 2)


async def test_a_long_retry_after_is_told_when_there_is_nobody_else():
    error = await failure(
        route(),
        Script([UpstreamLimited("busy", retry_after=60)]),
        MemoryAttemptLog(),
        UpstreamLimited,
    )
    assert error.retry_after == 60


@pytest.mark.parametrize("error", [UpstreamRefused("too long"), InvalidRequest("bad")])
async def test_a_refusal_of_the_request_itself_is_final(error):
    attempts = MemoryAttemptLog()
    assert await failure(route(2), Script([error]), attempts, type(error)) is error
    assert attempts.outcomes == [Outcome.FAILED]


async def test_a_model_missing_at_one_provider_is_asked_of_the_next():
    script = Script([UpstreamRefused("no such model", code="upstream_not_found")], [START, USED])
    assert (await collect(route(2), script, MemoryAttemptLog()))[1] == Started("Bell", "m2", 2)


@pytest.mark.parametrize("content", [START, CHUNK])
async def test_nothing_is_tried_after_the_first_content(content):
    attempts = MemoryAttemptLog()
    seen = []
    script = Script([content, UpstreamFailed("broke")], [START, USED])
    with pytest.raises(UpstreamFailed):
        await read(route(2), script, attempts, seen)
    assert seen == [Started("Ada", "m1", 1), content]
    assert attempts.outcomes == [Outcome.PARTIAL]


async def test_progress_is_no_content_and_commits_nothing():
    script = Script([Progress("queued", 0), UpstreamFailed("broke")], [START, USED])
    found = await collect(route(), script, MemoryAttemptLog())
    assert [type(event) for event in found] == [Progress, AttemptFailed, Started, AudioStart, Used]


@pytest.mark.parametrize(("steps", "outcome"), [([], Outcome.FAILED), ([START, CHUNK], Outcome.PARTIAL)])
async def test_an_answer_without_used_was_cut_short(steps, outcome):
    attempts = MemoryAttemptLog()
    error = await failure(route(), Script(steps), attempts, UpstreamInvalid)
    assert (error.message, error.provider_code) == ("The answer was cut short.", "upstream_truncated")
    assert attempts.outcomes == [outcome]


async def test_when_all_fail_the_last_speaks_and_names_the_others():
    script = Script([UpstreamDenied("no")], [UpstreamFailed("a")], [UpstreamFailed("b")])
    error = await failure(route(2), script, MemoryAttemptLog(), UpstreamFailed)
    assert error.message == "b"
    assert error.metadata == {
        "provider_name": "Bell",
        "previous_errors": [
            {"provider": "Ada", "model": "m", "code": "upstream_auth", "status": 502},
            {"provider": "Bell", "model": "m", "code": "upstream_failed", "status": 502},
        ],
    }


async def test_a_route_without_targets_is_unavailable():
    await failure(Route("m", ()), Script(), MemoryAttemptLog(), Unavailable)


async def test_a_budget_that_ends_between_attempts_is_raised():
    attempts = MemoryAttemptLog(afford=1)
    await failure(route(2), Script([UpstreamDenied("no")]), attempts, BudgetExceeded)
    assert attempts.log == ["open 1", "close failed"]


async def test_the_deadline_bounds_all_tries_together():
    attempts = MemoryAttemptLog()
    script = Script([0.05, UpstreamFailed("a")], [30.0, START])
    error = await failure(route(2, Policy(1, 0.001, 1.0, 0.2)), script, attempts, UpstreamTimeout)
    assert error.message == "The answer took longer than the deadline."
    assert attempts.outcomes == [Outcome.FAILED, Outcome.FAILED]


async def test_a_silent_target_is_given_up_for_the_next_and_asked_once():
    attempts = MemoryAttemptLog()
    patient = Policy(retries=3, backoff=0.001, deadline=30.0, first_event=0.05)
    found = await collect(route(2, patient), Script([20.0], [START, CHUNK, USED]), attempts)
    assert found[:2] == [
        AttemptFailed(
            1,
            "Ada",
            Outcome.FAILED,
            "The provider brought nothing in time.",
            "m",
            "upstream_timeout",
            None,
            "Bell",
            "m",
        ),
        Started("Bell", "m2", 2),
    ]
    assert attempts.outcomes == [Outcome.FAILED, Outcome.COMPLETED]


async def test_the_last_target_may_be_silent_until_the_deadline():
    patient = Policy(deadline=30.0, first_event=0.01)
    assert (await collect(route(1, patient), Script([0.05, START, CHUNK, USED]), MemoryAttemptLog()))[
        -1
    ] == USED


async def test_a_target_that_began_may_take_its_time():
    patient = Policy(deadline=30.0, first_event=0.05)
    script = Script([START, CHUNK, 0.1, CHUNK, USED])
    assert (await collect(route(2, patient), script, MemoryAttemptLog()))[-1] == USED


@pytest.mark.timing
async def test_the_deadline_does_not_count_the_reader_s_time():
    script = Script([START, CHUNK, CHUNK, USED])
    seen = []
    async with aclosing(
        run(route(1, Policy(deadline=0.1)), REQUEST, MemoryAttemptLog(), Health(), script)
    ) as found:
        async for event in found:
            seen.append(event)
            await asyncio.sleep(0.06)
    assert seen[-1] == USED


async def test_a_wait_longer_than_the_deadline_is_not_waited():
    attempts = MemoryAttemptLog()
    await failure(
        route(1, Policy(5, 10.0, 10.0, 0.5)), Script([UpstreamFailed("a")]), attempts, UpstreamFailed
    )
    assert attempts.opened == 1


async def test_waits_between_tries_use_the_deadline_up():
    attempts = MemoryAttemptLog()
    busy = [[UpstreamLimited("busy", retry_after=0.2)] for _ in range(9)]
    await failure(route(1, Policy(8, 0.001, 1.0, 0.5)), Script(*busy), attempts, UpstreamLimited)
    assert attempts.opened == 3


async def test_leaving_closes_upstream_before_the_attempt():
    log: list[str] = []
    script = Script([START, CHUNK, CHUNK, USED], log=log)
    async with aclosing(run(route(), REQUEST, MemoryAttemptLog(log), Health(), script)) as found:
        async for event in found:
            if event == CHUNK:
                break
    assert log == ["open 1", "first event", "upstream closed", "close stopped"]


async def test_cancelling_closes_upstream_before_the_attempt():
    log: list[str] = []
    attempts = MemoryAttemptLog(log)
    started = asyncio.Event()

    async def read() -> None:
        async with aclosing(
            run(route(2), REQUEST, attempts, Health(), Script([START, 30.0], log=log))
        ) as found:
            async for _ in found:
                started.set()

    task = asyncio.create_task(read())
    await started.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["open 1", "first event", "upstream closed", "close stopped"]
    assert attempts.closed == [(Outcome.STOPPED, None, None)]


@pytest.mark.timing
async def test_a_stop_stays_one_while_upstream_takes_its_time_to_close():
    """The limit of the first event passes meanwhile: that is no silence, and nobody else is asked."""

    async def slow_to_close(target, request):
        try:
            await asyncio.sleep(30)
            yield START
        finally:
            await asyncio.sleep(0.2)

    attempts, seen = MemoryAttemptLog(), []
    task = asyncio.create_task(
        read(route(2, Policy(deadline=30.0, first_event=0.05)), slow_to_close, attempts, seen)
    )
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (attempts.opened, [outcome for outcome, *_ in attempts.closed], seen) == (1, [Outcome.STOPPED], [])


async def test_nothing_waits_for_the_collector_once_it_is_over():
    gc.collect()
    gc.disable()
    try:
        attempts = MemoryAttemptLog()
        assert (await collect(route(), Script([START, USED]), attempts))[-1] == USED
        gone = ref(attempts)
        del attempts
        assert gone() is None
    finally:
        gc.enable()


async def test_a_finished_attempt_is_written_down_before_used_is_told():
    log: list[str] = []
    async with aclosing(
        run(route(), REQUEST, MemoryAttemptLog(log), Health(), Script([START, USED], log=log))
    ) as found:
        async for event in found:
            if event == USED:
                assert log == ["open 1", "first event", "upstream closed", "close completed"]


async def test_a_fault_of_our_own_closes_the_attempt_and_is_not_hidden():
    attempts = MemoryAttemptLog()
    await failure(route(2), Script([ZeroDivisionError("bug")]), attempts, ZeroDivisionError)
    assert attempts.outcomes == [Outcome.FAILED]


async def test_a_target_that_keeps_failing_rests():
    health = Health()
    for _ in range(2):
        await collect(
            route(2),
            Script([UpstreamFailed("a")], [UpstreamFailed("b")], [START, USED]),
            MemoryAttemptLog(),
            health,
        )
    attempts = MemoryAttemptLog()
    await collect(route(2), Script([START, USED]), attempts, health)
    assert attempts.log[0] == "open 2"


async def test_a_wire_without_the_method_is_unsupported(monkeypatch):
    monkeypatch.setattr(registry, "adapter", lambda wire: object())
    with pytest.raises(Unsupported) as caught:
        await collect(route(2), call_adapter, MemoryAttemptLog())
    assert caught.value.message == "Ada cannot do speech."
