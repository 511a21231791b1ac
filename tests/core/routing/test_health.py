from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.contract.errors import (
    InvalidRequest,
    Unavailable,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamLimited,
    UpstreamRefused,
)
from core.contract.route import Target
from core.routing.health import PROBE_SECONDS, Failure, Health

ONE, TWO = (Target(number, "p", "P", "w", "http://x.test", "m") for number in (1, 2))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock) -> Health:
    return Health(clock)


def fail(health: Health, times: int, target: Target = ONE) -> None:
    for _ in range(times):
        health.record(target, UpstreamFailed("x"))


def test_two_failures_are_forgiven_and_three_are_not(health):
    fail(health, 2)
    assert health.is_resting(ONE) is False
    fail(health, 1)
    assert (health.is_resting(ONE), health.is_resting(TWO)) == (True, False)


def test_a_success_forgets_the_failures(health):
    fail(health, 2)
    health.record(ONE)
    fail(health, 2)
    assert health.is_resting(ONE) is False


def test_a_rest_ends(health, clock):
    fail(health, 3)
    clock.now += 29
    assert health.is_resting(ONE) is True
    clock.now += 1
    assert health.is_resting(ONE) is False


def test_rests_grow_to_five_minutes(health, clock):
    fail(health, 50)
    clock.now += 299
    assert health.is_resting(ONE) is True
    clock.now += 1
    assert health.is_resting(ONE) is False


def test_a_rejected_key_rests_at_once(health):
    health.record(ONE, UpstreamDenied("x"))
    assert health.is_resting(ONE) is True


def test_a_limiter_is_believed_and_capped(health, clock):
    health.record(ONE, UpstreamLimited("x", retry_after=7))
    health.record(TWO, UpstreamLimited("x", retry_after=3600))
    clock.now += 7
    assert (health.is_resting(ONE), health.is_resting(TWO)) == (False, True)
    clock.now += 293
    assert health.is_resting(TWO) is False


@pytest.mark.parametrize("error", [UpstreamRefused("x"), InvalidRequest("x"), Unavailable("x")])
def test_what_is_not_the_target_s_fault_does_not_count(health, error):
    for _ in range(5):
        health.record(ONE, error)
    assert health.is_resting(ONE) is False


class SharedStore:
    """What one process told the others, and whether they let it try."""

    def __init__(self) -> None:
        self.told: list[tuple[int, Failure | None]] = []
        self.free = True
        self.pending = False

    def failed(self, endpoint_id: int, failure: Failure) -> None:
        self.told.append((endpoint_id, failure))

    def succeeded(self, endpoint_id: int) -> None:
        self.told.append((endpoint_id, None))

    def is_pending(self, endpoint_id: int) -> bool:
        return self.pending

    async def probe(self, endpoint_id: int) -> bool:
        return self.free


@pytest.fixture
def store() -> SharedStore:
    return SharedStore()


@pytest.fixture
def shared(clock, store) -> Health:
    return Health(clock, store)


def resting(health: Health, *targets: Target) -> list[bool]:
    """What one request finds."""
    return [*map(asyncio.run(health.resting(targets)), targets)]


def test_after_a_rest_one_request_at_a_time_tries(health, clock):
    fail(health, 3)
    assert resting(health, ONE, TWO) == [True, False]
    clock.now += 30
    assert resting(health, ONE, TWO) == [False, False]
    assert resting(health, ONE, TWO) == [True, False]
    health.record(ONE)
    assert [resting(health, ONE, TWO) for _ in range(2)] == [[False, False]] * 2


def test_a_try_that_brings_nothing_leaves_the_next_one_to_another_request(health, clock):
    fail(health, 3)
    clock.now += 30
    assert resting(health, ONE, TWO) == [False, False]
    clock.now += PROBE_SECONDS
    assert resting(health, ONE, TWO) == [False, False]


def test_a_try_that_fails_begins_a_longer_rest(health, clock):
    fail(health, 3)
    clock.now += 30
    resting(health, ONE, TWO)
    fail(health, 1)
    clock.now += 59
    assert resting(health, ONE, TWO) == [True, False]
    clock.now += 1
    assert resting(health, ONE, TWO) == [False, False]


def test_a_target_behind_another_one_is_no_probe(health, clock):
    behind = replace(ONE, priority=5)
    fail(health, 3, behind)
    clock.now += 30
    assert [resting(health, behind, TWO) for _ in range(2)] == [[False, False]] * 2


def test_a_few_failures_need_no_probe(health):
    fail(health, 2)
    assert [resting(health, ONE, TWO) for _ in range(2)] == [[False, False]] * 2


def test_other_processes_hear_of_failures_and_of_the_first_success(shared, store):
    shared.record(ONE)
    fail(shared, 1)
    shared.record(ONE, UpstreamDenied("x"))
    shared.record(ONE, UpstreamLimited("x", retry_after=7))
    shared.record(ONE)
    shared.record(ONE)
    assert store.told == [(1, Failure()), (1, Failure(3)), (1, Failure(rest=7)), (1, None)]


def test_what_others_know_counts_here(shared, clock):
    shared.update({1: (3, 30.0), 2: (2, 0.0)})
    assert (shared.is_resting(ONE), shared.is_resting(TWO)) == (True, False)
    fail(shared, 1, TWO)
    assert shared.is_resting(TWO) is True
    shared.update({})
    assert (shared.is_resting(ONE), shared.is_resting(TWO)) == (False, False)


def test_what_has_not_arrived_is_not_undone(shared, store):
    shared.update({1: (2, 0.0)})
    fail(shared, 1)
    store.pending = True
    shared.update({1: (2, 0.0)})
    shared.update({})
    assert shared.is_resting(ONE) is True


def test_failures_that_nobody_has_heard_of_stay(shared):
    fail(shared, 3)
    shared.update({})
    assert shared.is_resting(ONE) is True


def test_another_process_may_be_the_one_that_tries(shared, store, clock):
    shared.update({1: (3, 0.0)})
    store.free = False
    assert resting(shared, ONE, TWO) == [True, False]
    store.free = True
    clock.now += PROBE_SECONDS
    assert resting(shared, ONE, TWO) == [False, False]
