"""When a target is late: as the caller says, by the books, by default."""

from __future__ import annotations

import pytest

from core.contract.routing import Hedge
from core.routing import statistics
from core.routing.hedge import DEFAULT_SECONDS, hedge_seconds
from core.routing.statistics import EndpointStatistics, Percentiles, Window
from tests.core.routing.test_run import route


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
