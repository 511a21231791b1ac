"""Bytes of bodies that are needed at a time, of one caller and of all."""

from __future__ import annotations

from collections import Counter

import pytest

from core.access.body_quota import BODY, MIB, BodyQuota, CountedBody, hold_body
from core.contract.errors import RateLimited, Unavailable

PLENTY = 1000 * MIB


@pytest.fixture
def quota() -> BodyQuota:
    return BodyQuota(10 * MIB, 4 * MIB, lambda: PLENTY)


def grown(quota: BodyQuota, caller: str, size: int) -> CountedBody:
    body = CountedBody(quota, caller)
    body.hold()
    body.grow(size)
    return body


def test_a_caller_over_the_ceiling_is_refused_and_others_are_not(quota):
    first = grown(quota, "alice", 3 * MIB)
    with pytest.raises(RateLimited) as caught:
        grown(quota, "alice", 2 * MIB)
    assert (caught.value.status, caught.value.retry_after) == (429, 10.0)
    grown(quota, "bob", 2 * MIB)
    first.drop()
    assert quota.by_caller == Counter({"bob": 2 * MIB})
    grown(quota, "alice", 4 * MIB)


def test_all_together_are_refused_over_the_ceiling(quota):
    for name in ("alice", "bob", "charlie"):
        grown(quota, name, 3 * MIB)
    with pytest.raises(Unavailable) as caught:
        grown(quota, "dora", 2 * MIB)
    assert (caught.value.status, caught.value.provider_code) == (503, "storage_full")
    grown(quota, "dora", MIB)


def test_a_single_body_may_be_larger_than_the_ceiling_of_its_caller(quota):
    body = grown(quota, "alice", 2 * MIB)
    body.grow(8 * MIB)
    with pytest.raises(RateLimited):
        grown(quota, "alice", MIB)


def test_no_more_than_a_quarter_of_the_free_disk_is_used():
    quota = BodyQuota(PLENTY, PLENTY, lambda: 8 * MIB)
    body = grown(quota, "alice", 2 * MIB)
    with pytest.raises(Unavailable):
        body.grow(2 * MIB + 1)
    assert quota.by_caller == Counter({"alice": 2 * MIB})


def test_a_body_of_unknown_length_is_counted_in_steps(quota):
    body = grown(quota, "alice", 0)
    sizes = []
    for size in (1, MIB, MIB + 1, MIB):
        body.grow(size)
        sizes.append(quota.by_caller["alice"])
    assert sizes == [MIB, MIB, 2 * MIB, 2 * MIB]


def test_a_body_is_counted_until_its_last_hold_is_released(quota):
    body = CountedBody(quota, "alice")
    request, files = body.hold(), hold_body({BODY: body})
    body.grow(MIB)
    for hold in (request, request):
        hold.release()
    assert quota.by_caller == Counter({"alice": MIB})
    files.release()
    assert quota.by_caller == Counter()


def test_a_request_without_a_long_body_holds_nothing():
    hold_body({}).release()
