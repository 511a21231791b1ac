"""When a target is late: as the caller says, by the books, by default; what is told of it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from core.contract.events import AttemptLate, Started
from core.contract.routing import NO_RULES, Hedge, ProviderRules
from core.routing import statistics
from core.routing.health import Health
from core.routing.hedge import DEFAULT_SECONDS, hedge_seconds
from core.routing.run import run
from core.routing.statistics import EndpointStatistics, Percentiles, Window
from tests.core.routing.attempt_log import MemoryAttemptLog
from tests.core.routing.test_run import CHUNK, REQUEST, START, USED, Script, route


@pytest.fixture
def books():
    yield lambda window: statistics.replace({1: EndpointStatistics(Window(), Window(), window)})
    statistics.replace({})


def test_without_numbers_the_default_counts(books):
    target = route().targets[0]
    assert hedge_seconds(Hedge(), target) == DEFAULT_SECONDS
    books(Window(3, 100.0))
    assert hedge_seconds(Hedge(), target) == DEFAULT_SECONDS


def test_the_days_95th_percentile_counts_and_the_caller_before_it(books):
    target = route().targets[0]
    books(Window(100, 100.0, Percentiles(200, 300, 500, 800, 1200)))
    assert hedge_seconds(Hedge(), target) == 0.8
    assert hedge_seconds(Hedge(0.1), target) == 0.1


class LogForTwo(MemoryAttemptLog):
    def beside(self) -> MemoryAttemptLog:
        return self


async def hedged(attempts: MemoryAttemptLog) -> list:
    """The events of a request whose first target brings content after 0.3 seconds, the second one at once."""
    rules = replace(NO_RULES, provider=ProviderRules(hedge=Hedge(0.05)))
    script = Script([0.3, START, CHUNK, USED], [START, CHUNK, USED])
    asked = run(route(2), replace(REQUEST, routing=rules), attempts, Health(), script)
    async with aclosing(asked) as events:
        return [event async for event in events]


@pytest.mark.anyio
async def test_it_is_told_that_a_second_one_is_asked():
    first, *rest = await hedged(LogForTwo())
    assert first == AttemptLate(1, "Ada", "m", "Bell")
    assert rest == [Started("Bell", "m2", 2, 2), START, CHUNK, USED]


@pytest.mark.anyio
async def test_nothing_is_told_where_no_second_one_may_be_asked():
    assert await hedged(LogForTwo(afford=1)) == [Started("Ada", "m1", 1, 1), START, CHUNK, USED]
