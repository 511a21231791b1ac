"""Request metrics of this process in Prometheus' text format."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BOUNDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
"""Upper bounds of the histogram's buckets, in seconds."""


@dataclass(slots=True)
class Durations:
    """A histogram in seconds; the last of `counts` is for everything over the last of `BOUNDS`."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


class RequestMetrics:
    """Requests by route and status, their durations, how many are in flight, how many were aborted."""

    def __init__(self) -> None:
        self.requests: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.durations: defaultdict[str, Durations] = defaultdict(Durations)
        self.in_flight = 0
        self.aborted = 0

    def count(self, route: str, status: int, seconds: float) -> None:
        self.requests[route, status] += 1
        self.durations[route].observe(seconds)

    def lines(self, gauges: Iterable[tuple[str, str, float]] = ()) -> Iterator[str]:
        """The lines of the exposition; `gauges` are further (name, help, value)."""
        yield from heading(
            "polyphony_requests_total", "counter", "Requests by route and status; 499: client left."
        )
        for (route, status), number in sorted(self.requests.items()):
            yield f'polyphony_requests_total{{route="{route}",status="{status}"}} {number}'
        yield from heading("polyphony_errors_total", "counter", "Requests answered with 5xx, or cut.")
        failed = sum(number for (_, status), number in self.requests.items() if status >= 500)
        yield f"polyphony_errors_total {failed + self.aborted}"
        yield from heading("polyphony_request_seconds", "histogram", "Time to the end of the answer.")
        for route, durations in sorted(self.durations.items()):
            yield from histogram(route, durations)
        own = ("polyphony_requests_in_flight", "Requests under way.", self.in_flight)
        for name, description, value in (own, *gauges):
            yield from heading(name, "gauge", description)
            yield f"{name} {value:g}"


def heading(name: str, kind: str, description: str) -> Iterator[str]:
    yield f"# HELP {name} {description}"
    yield f"# TYPE {name} {kind}"


def histogram(route: str, durations: Durations) -> Iterator[str]:
    total = 0
    for bound, number in zip((*BOUNDS, "+Inf"), durations.counts, strict=True):
        total += number
        yield f'polyphony_request_seconds_bucket{{route="{route}",le="{bound}"}} {total}'
    yield f'polyphony_request_seconds_sum{{route="{route}"}} {durations.total:.6f}'
    yield f'polyphony_request_seconds_count{{route="{route}"}} {total}'


request_metrics = RequestMetrics()
