"""The snapshot of what endpoints did lately."""

from core.routing import statistics
from core.routing.statistics import EndpointStatistics, Percentiles, Window

FAST, SLOW = Percentiles(10, 20, 30, 40, 50), Percentiles(100, 200, 300, 400, 500)


def test_an_endpoint_that_was_not_used_has_none():
    statistics.replace({7: EndpointStatistics(Window(), Window(), Window(attempts=1))})
    assert statistics.current(7).day.attempts == 1
    assert statistics.current(8) is None


def test_sorting_uses_the_medians_of_the_day():
    day = Window(3, 100.0, latency=SLOW, tokens=FAST)
    found = EndpointStatistics(Window(latency=FAST), Window(latency=FAST), day)
    assert (found.latency, found.throughput) == (100, 10)


def test_models_that_write_nothing_are_sorted_by_their_audio():
    assert EndpointStatistics(Window(), Window(), Window(audio=SLOW)).throughput == 100


def test_without_measures_there_is_nothing_to_sort_by():
    found = EndpointStatistics(Window(), Window(), Window(attempts=2, uptime=0.0))
    assert (found.latency, found.throughput) == (None, None)
