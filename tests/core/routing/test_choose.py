from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.contract.route import Target
from core.routing import statistics
from core.routing.choose import order, rank, sort
from core.routing.statistics import EndpointStatistics, Percentiles, Window


def target(number: int, priority: int = 0, weight: int = 0) -> Target:
    return Target(number, "p", "P", "w", "http://x.test", "m", priority=priority, weight=weight)


def measured(latency: float, tokens: float) -> EndpointStatistics:
    def same(value: float) -> Percentiles:
        return Percentiles(value, value, value, value, value)

    return EndpointStatistics(Window(), Window(), Window(1, 100.0, same(latency), same(tokens)))


def ids(targets) -> list[int]:
    return [found.endpoint_id for found in targets]


def test_order_keeps_the_given_one_without_priorities_and_weights():
    assert ids(order([target(3), target(1), target(2)])) == [3, 1, 2]


def test_order_asks_lower_priorities_first():
    assert ids(order([target(1, 20), target(2, 10), target(3, 20)])) == [2, 1, 3]


def test_order_draws_lots_by_weight_among_equals_only():
    draws = iter([0.5, 0.5, 0.5])
    targets = [target(1, 10, 1), target(2, 10, 9), target(3, 0, 1)]
    assert ids(order(targets, draw=lambda: next(draws))) == [3, 2, 1]


def test_order_gives_each_its_share():
    first = Counter(order([target(1, weight=3), target(2, weight=1)])[0].endpoint_id for _ in range(4000))
    assert 2800 < first[1] < 3200


def test_order_leaves_those_that_rest_to_the_others():
    targets = [target(1), target(2), target(3)]
    assert ids(order(targets, lambda found: found.endpoint_id == 1)) == [2, 3]


def test_order_asks_those_that_rest_when_all_do():
    assert ids(order([target(1), target(2)], lambda found: True)) == [1, 2]


def test_order_of_nothing_is_nothing():
    assert order([]) == []


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # of a busy machine
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5))))
def test_order_loses_none_and_never_breaks_priority(rows):
    targets = [target(number, *row) for number, row in enumerate(rows)]
    found = order(targets)
    assert sorted(ids(found)) == ids(targets)
    assert [row.priority for row in found] == sorted(row.priority for row in targets)


def test_targets_are_sorted_by_what_they_did():
    targets = [target(1, 5, 9), target(2, 10), target(3, 20)]
    statistics.replace({2: measured(300, 80), 3: measured(100, 20)})
    assert ids(order(sort(targets, "latency", lambda: 0.5))) == [3, 2, 1]
    assert ids(order(sort(targets, "throughput", lambda: 0.5))) == [2, 3, 1]
    statistics.replace({})
    assert sort(targets, "latency", lambda: 0.0) == tuple(targets)


def test_those_without_numbers_go_first_now_and_then():
    firsts = Counter(rank([None, 2.0, 1.0, None])[0] for _ in range(4000))
    assert rank([None, 2.0, 1.0, None], lambda: 0.5) == [2, 1, 0, 3]
    assert firsts[1] == 0
    assert 3450 < firsts[2] < 3750
    assert min(firsts[0], firsts[3]) > 120
