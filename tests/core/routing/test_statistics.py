"""The snapshot of what endpoints did lately."""

from core.routing import statistics
from core.routing.statistics import EndpointStatistics, Percentiles, Window

FAST, SLOW = Percentiles(10, 20, 30, 40, 50), Percentiles(100, 200, 300, 400, 500)


def test_an_endpoint_that_was_not_used_has_none():
    statistics.replace({7: EndpointStatistics(Window(), Window(), Window(attempts=1))})
    assert statistics.current(7).day.attempts == 1
    assert statistics.current(8) is None


def test_sorting_uses_the_medians_of_the_day():
    day = Window(3, 100.0, latency=SLOW, tokens=FAST, audio=SLOW)
    spoken = Window(3, 100.0, audio=SLOW)
    found = EndpointStatistics(Window(latency=FAST), Window(latency=FAST), day)
    unknown = EndpointStatistics(Window(), Window(), Window(attempts=2, uptime=0.0))
    statistics.replace({7: found, 8: unknown, 9: EndpointStatistics(Window(), Window(), spoken)})
    assert statistics.latencies([7, 8, 9, 10]) == [100, None, None, None]
    assert statistics.throughputs([7, 8, 9]) == [-10, None, None]
    assert statistics.throughputs([8, 9, 10]) == [None, -100, None]
