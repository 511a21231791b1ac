"""Requests and tokens per minute and requests at a time, of keys, users and teams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from core.access import keys, limits, snapshot
from core.access.limits import LimitReport
from core.contract.errors import RateLimited
from core.contract.requests import Caller, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Callable[..., Caller]:
    """A person by a new key, or without one in the browser."""

    def make(user, key: bool = True, **fields: int) -> Caller:
        row = keys.issue(user, **fields)[1] if key else None
        snapshot.refresh_if_changed()
        return Caller(user.id, row.id if row else None, Source.API)

    return make


def limit(row, **fields: int) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def asked(caller: Caller) -> str:
    """What a request is refused with; empty when it is counted."""
    return refusal(limits.count(limits.subjects(caller)))


def refusal(attempt: Coroutine) -> str:
    try:
        asyncio.run(attempt)
    except RateLimited as error:
        return error.message if error.retry_after else "refused without end"
    return ""


def test_nobody_is_limited_without_a_limit(alice, caller):
    assert limits.subjects(caller(alice)) == ()


def test_a_key_has_a_rate_of_its_own(alice, caller):
    one, other = caller(alice, requests_per_minute=2), caller(alice)
    assert [asked(one) for _ in range(3)] == ["", "", "This key may make 2 requests a minute."]
    assert asked(other) == ""


def test_a_user_has_one_rate_for_all_keys_and_the_browser(alice, bob, caller):
    limit(alice, requests_per_minute=3)
    mine = [caller(alice), caller(alice), caller(alice, key=False)]
    assert [asked(each) for each in mine] == ["", "", ""]
    assert {asked(each) for each in mine} == {"You may make 3 requests a minute."}
    assert asked(caller(bob)) == ""


def test_a_team_has_one_rate_for_its_members(alice, bob, charlie, team, caller):
    limit(team, requests_per_minute=2)
    assert [asked(caller(each)) for each in (alice, bob)] == ["", ""]
    assert {asked(caller(each)) for each in (alice, bob)} == {"Your team may make 2 requests a minute."}
    assert asked(caller(charlie)) == ""


def test_a_refusal_by_one_limit_costs_nothing_of_the_others(alice, bob, team, caller):
    limit(team, requests_per_minute=3)
    limited, free = caller(alice, requests_per_minute=5), caller(bob)
    limit(alice, requests_per_minute=1)
    snapshot.refresh_if_changed()
    assert [bool(asked(limited)) for _ in range(4)] == [False, True, True, True]
    assert [bool(asked(free)) for _ in range(3)] == [False, False, True]


def test_tokens_are_charged_when_they_are_known(alice, caller):
    mine = limits.subjects(caller(alice, tokens_per_minute=100))
    count = lambda: refusal(limits.count(mine))  # noqa: E731 - read as one word below
    assert count() == ""
    asyncio.run(limits.charge(mine, 60))
    assert count() == ""
    asyncio.run(limits.charge(mine, 240))
    with pytest.raises(RateLimited, match="This key may use 100 tokens a minute") as caught:
        asyncio.run(limits.count(mine))
    # 200 below nothing, at 100 a minute
    assert 110 < caught.value.retry_after <= 121


def test_a_request_without_tokens_left_costs_no_request(alice, caller):
    mine = limits.subjects(caller(alice, requests_per_minute=2, tokens_per_minute=10))
    asyncio.run(limits.charge(mine, 12))
    assert {refusal(limits.count(mine)) for _ in range(5)} == {"This key may use 10 tokens a minute."}
    assert asyncio.run(limits.request_limits.spend(mine[0].name, 2, 0)).level == 2


def test_so_many_requests_at_a_time_and_no_more(alice, bob, caller):
    limit(alice, parallel_requests=2)
    first, second = limits.subjects(caller(alice)), limits.subjects(caller(alice, parallel_requests=5))

    async def scenario() -> None:
        held = [await limits.enter(first), await limits.enter(second)]
        for each in (first, second):
            with pytest.raises(RateLimited, match="You may have 2 requests at a time"):
                await limits.enter(each)
        await held[0].leave()
        held.append(await limits.enter(second))
        for places in held:
            await places.leave()
        assert limits.parallel_limits.held(f"user:{alice.id}") == 0
        # the key's place was given back when the user's was refused
        assert limits.parallel_limits.held(second[0].name) == 0

    asyncio.run(scenario())


def test_a_crowd_gets_exactly_the_places_there_are(alice, caller):
    mine = limits.subjects(caller(alice, parallel_requests=3))

    async def scenario() -> int:
        found = await asyncio.gather(*(limits.enter(mine) for _ in range(20)), return_exceptions=True)
        return sum(not isinstance(each, RateLimited) for each in found)

    assert asyncio.run(scenario()) == 3


def test_the_tightest_limit_is_reported(alice, team, caller):
    limit(team, requests_per_minute=2)
    mine = limits.subjects(caller(alice, requests_per_minute=100, tokens_per_minute=500))

    async def scenario() -> LimitReport:
        limits.report.set(LimitReport())
        await limits.count(mine)
        return limits.report.get()

    report = asyncio.run(scenario())
    assert (report.requests.limit, report.requests.remaining) == (2, 1)
    assert 29 < report.requests.reset <= 30
    assert report.tokens == (500, 500, 0)


def test_a_limit_that_is_set_and_taken_back_counts_until_then(alice, caller):
    asking, seen = caller(alice), []
    for limited in (None, 5, None):
        limit(alice, requests_per_minute=limited)
        snapshot.refresh_if_changed()
        seen.append([subject.name for subject in limits.subjects(asking)])
    assert seen == [[], [f"user:{alice.id}"], []]
