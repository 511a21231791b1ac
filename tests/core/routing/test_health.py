from __future__ import annotations

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
from core.routing.health import Health

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
