"""Token buckets refill steadily and forget the names used least recently."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from core.access import rate_limits
from core.access.rate_limits import TokenBuckets


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The monotonic clock: set its only item to change the time."""
    now = [1000.0]
    monkeypatch.setattr(rate_limits, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_a_bucket_is_empty_after_its_capacity_and_refills(clock):
    buckets = TokenBuckets(seconds=60.0)
    assert [buckets.take("a", 2) for _ in range(3)] == [0.0, 0.0, 30.0]
    assert buckets.empty("a", 2)
    clock[0] += 30
    assert not buckets.empty("a", 2)
    assert buckets.take("a", 2) == 0.0


def test_names_have_buckets_of_their_own(clock):
    buckets = TokenBuckets()
    assert buckets.take("a", 1) == 0.0
    assert buckets.take("b", 1) == 0.0
    assert buckets.take("a", 1) == 60.0


def test_the_least_recently_used_name_is_forgotten(clock):
    buckets = TokenBuckets(names=2)
    for name in ("a", "b", "c"):
        buckets.take(name, 1)
    assert (buckets.empty("a", 1), buckets.empty("c", 1)) == (False, True)
