from __future__ import annotations

import pytest

from core.contract.errors import (
    PolyphonyError,
    Unavailable,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamLimited,
    UpstreamRefused,
)
from core.contract.route import Secret, Target
from core.routing.credentials import Credentials, RestReason
from core.routing.health import Health
from tests.core.routing.test_health import Clock

ONE, TWO, THREE = (Secret(lambda: "sk-x", name) for name in ("one", "two", "three"))


def target(*keys: Secret) -> Target:
    return Target(1, "p", "P", "w", "http://x.test", "m", keys[0], credentials=keys)


ALL = target(ONE, TWO, THREE)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def credentials(clock) -> Credentials:
    return Credentials(clock)


def chosen(credentials: Credentials, times: int, way: Target = ALL) -> list[str]:
    return [credentials.choose(way).credential.id for _ in range(times)]


def fail(credentials: Credentials, key: Secret, error: PolyphonyError) -> bool:
    way = Target(1, "p", "P", "w", "http://x.test", "m", key, credentials=ALL.credentials)
    return credentials.record(way, error)


def test_keys_are_used_in_turn(credentials):
    assert chosen(credentials, 6) == ["one", "two", "three"] * 2


@pytest.mark.parametrize(
    ("error", "reason", "rest"),
    [
        (UpstreamDenied("x"), RestReason.REFUSED, 300),
        (UpstreamDenied("x", code="upstream_no_credit"), RestReason.EXHAUSTED, 600),
        (UpstreamLimited("x"), RestReason.LIMITED, 10),
        (UpstreamLimited("x", retry_after=42), RestReason.LIMITED, 42),
        (UpstreamLimited("x", retry_after=0), RestReason.LIMITED, 1),
        (UpstreamLimited("x", retry_after=9999), RestReason.LIMITED, 300),
        (Unavailable("x", code="secret_locked"), RestReason.LOCKED, 60),
    ],
)
def test_a_key_that_is_refused_rests_and_comes_back(credentials, clock, error, reason, rest):
    assert fail(credentials, TWO, error) is True
    assert credentials.rest("two") == (reason, rest)
    assert chosen(credentials, 4) == ["one", "three", "one", "three"]
    clock.now += rest
    assert credentials.rest("two") is None
    assert chosen(credentials, 1) == ["two"]


@pytest.mark.parametrize("error", [UpstreamFailed("x"), UpstreamRefused("x"), Unavailable("x")])
def test_what_is_not_the_key_s_fault_rests_no_key(credentials, error):
    assert fail(credentials, TWO, error) is False
    assert credentials.rest("two") is None


def test_rests_grow_to_an_hour_and_a_success_ends_them(credentials, clock):
    rests = []
    for _ in range(6):
        fail(credentials, TWO, UpstreamDenied("x"))
        rests.append(credentials.rest("two")[1])
        clock.now += 3600
    assert rests == [300, 600, 1200, 2400, 3600, 3600]
    credentials.record(Target(1, "p", "P", "w", "u", "m", TWO, credentials=ALL.credentials), None)
    fail(credentials, TWO, UpstreamDenied("x"))
    assert credentials.rest("two")[1] == 300


def test_where_all_rest_the_first_to_be_back_is_used(credentials):
    fail(credentials, ONE, UpstreamDenied("x", code="upstream_no_credit"))
    fail(credentials, THREE, UpstreamDenied("x"))
    assert credentials.all_rest(ALL) is False
    assert fail(credentials, TWO, UpstreamLimited("x", retry_after=20)) is False
    assert credentials.all_rest(ALL) is True
    assert chosen(credentials, 2) == ["two", "two"]


def test_an_only_key_never_rests(credentials):
    way = target(ONE)
    assert credentials.record(way, UpstreamDenied("x")) is False
    assert (credentials.rest("one"), credentials.all_rest(way)) == (None, False)
    assert credentials.choose(way) is way


def test_a_target_rests_only_with_its_last_key(clock):
    health = Health(clock)
    way = target(ONE, TWO)
    assert health.record(health.credentials.choose(way), UpstreamDenied("x")) is True
    assert health.is_resting(way) is False
    assert health.record(health.credentials.choose(way), UpstreamDenied("x")) is False
    assert health.is_resting(way) is True


def test_a_rest_is_of_a_key_wherever_it_is_used(credentials):
    fail(credentials, ONE, UpstreamDenied("x"))
    other = Target(2, "p", "P", "w", "http://x.test", "other", ONE, credentials=(ONE, TWO))
    assert chosen(credentials, 2, other) == ["two", "two"]
