from __future__ import annotations

import pytest

from core.contract.errors import (
    InvalidRequest,
    Unavailable,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamInvalid,
    UpstreamLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from core.contract.route import Policy
from core.routing.retry import backoff, may_succeed_elsewhere

POLICY = Policy(retries=3, backoff=0.25, max_wait=5.0)
RETRYABLE = [UpstreamFailed, UpstreamLimited, UpstreamTimeout, UpstreamUnreachable]
FINAL = [UpstreamDenied, UpstreamInvalid, UpstreamRefused, InvalidRequest, Unavailable]


@pytest.mark.parametrize("kind", RETRYABLE)
def test_backoff_doubles(kind):
    assert [backoff(POLICY, tries, kind("x"), 0.5) for tries in (1, 2, 3, 4)] == [0.25, 0.5, 1.0, None]


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 0.1875), (0.5, 0.25), (1.0, 0.3125)])
def test_backoff_is_jittered_by_a_quarter(jitter, seconds):
    assert backoff(POLICY, 1, UpstreamFailed("x"), jitter) == seconds


@pytest.mark.parametrize("kind", FINAL)
def test_backoff_is_none_for_what_will_not_change(kind):
    assert backoff(POLICY, 1, kind("x"), 0.5) is None


@pytest.mark.parametrize(
    ("asked", "seconds"), [(0.0, 0.0), (2.0, 2.0), (5.0, 5.0), (5.1, None), (3600.0, None)]
)
def test_backoff_obeys_the_provider_up_to_max_wait(asked, seconds):
    assert backoff(POLICY, 1, UpstreamLimited("x", retry_after=asked), 0.5) == seconds


def test_backoff_never_exceeds_max_wait():
    assert backoff(Policy(retries=20, backoff=1.0, max_wait=3.0), 10, UpstreamFailed("x"), 0.5) == 3.0


def test_no_retries_no_wait():
    assert backoff(Policy(retries=0), 1, UpstreamFailed("x"), 0.5) is None


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UpstreamDenied("x"), True),
        (UpstreamInvalid("x"), True),
        (Unavailable("x"), True),
        (UpstreamRefused("x", code="upstream_not_found"), True),
        (UpstreamRefused("x"), False),
        (InvalidRequest("x"), False),
    ],
)
def test_another_target_is_asked_where_it_may_do_better(error, expected):
    assert may_succeed_elsewhere(error) is expected
